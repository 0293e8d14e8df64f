"""A store as fsspec gives it: a shared folder, or a bucket. A file is there whole under its name, or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import fsspec

from app.store_url import StoreUrl

# The parts in which a large file is sent.
PART_BYTES = 8 << 20

Writing = Callable[[Any, str], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True)
class Place:
    """The file system of a store, the root of its keys, and how a file is written there."""

    fs: Any
    root: str
    writing: Writing

    def path(self, key: str) -> str:
        """Return where an object is."""
        return f"{self.root}/{key}"


def place_of(url: StoreUrl) -> Place:
    """Return the place of a store.

    Raises:
        FileNotFoundError: a shared folder is not there; it is never made here, since it may just not be mounted.
    """
    if url.protocol == "s3":
        from app.services.store.bucket import bucket  # s3fs is an extra, and takes half a second to import

        return Place(bucket(), url.root, _committed)
    if not Path(url.root).is_dir():
        raise FileNotFoundError(errno.ENOENT, "There is no such folder", url.root)
    return Place(fsspec.filesystem("file"), url.root, _renamed)


@contextmanager
def _renamed(_fs: Any, path: str) -> Iterator[IO[bytes]]:
    """Write beside the path, for this user only, down to the disk, and rename."""
    target = Path(path)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_name(f".{uuid4().hex}.tmp")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _committed(fs: Any, path: str) -> Iterator[IO[bytes]]:
    """Send in parts, which become an object only when all have come."""
    file = fs.open(path, "wb", block_size=PART_BYTES)
    try:
        yield file
        file.close()
    except BaseException:
        file.closed = True  # or the end of the object in memory would send what is there so far
        with suppress(Exception):  # parts that cannot be deleted stay unseen
            file.discard()
        raise
