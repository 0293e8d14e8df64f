"""The workbooks of imports, kept by their hash so that an import can be undone: `<instance>/files/<sha256>`.

A copy is written, under another name, while the file is hashed. It gets its name right before the import commits: what
dies before that leaves an unfinished copy, what dies after it a file that no run speaks of; both go with their age. A
hard link would cost less, and change with the operator's file. Where there is a store, it has each of them as well.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO
from uuid import uuid4

from flask import current_app

from app.errors import Failed
from app.models.base import utc_now
from app.services import store

FOLDER = "files"
CHUNK = 1 << 20
UNFINISHED = ".tmp"
DAY_S = 86_400
NOTHING_IS_KEPT = "KEEP_FILES_DAYS is 0: its file is not kept"

log = logging.getLogger(__name__)


@dataclass
class Copy:
    """A file that is imported: its hash, and its copy until that is kept. `lack` says why there is none."""

    path: Path
    sha256: str
    stamp: tuple[int, ...]
    unfinished: Path | None = None
    lack: str = ""

    def check_unchanged(self) -> None:
        """Raise Failed if the file is not the one that was hashed any more."""
        if _stamp(self.path) != self.stamp:
            raise Failed(
                f"{self.path.name} was changed while it was imported; nothing was written.", "Import it again."
            )

    def keep(self) -> None:
        """Give the copy its name, on the disk and in the store; where that fails, `lack` says so."""
        if self.unfinished is None:
            return
        try:
            with self.unfinished.open("rb") as file:
                os.fsync(file.fileno())
            store.put(key_of(self.sha256), self.unfinished)
            self.unfinished.replace(path_of(self.sha256))
            self.unfinished = None
        except (OSError, store.StoreFails) as error:
            self.lack = _unkept(self.path, error)

    def drop(self) -> None:
        """Delete the copy, unless it was kept."""
        if self.unfinished is not None:
            with suppress(OSError):
                self.unfinished.unlink(missing_ok=True)


def folder() -> Path:
    """Return the folder of the kept files."""
    return Path(current_app.instance_path) / FOLDER


def path_of(sha256: str) -> Path:
    """Return where a file of that hash is kept, once it is brought here."""
    return folder() / sha256


def key_of(sha256: str) -> str:
    """Return the key that such a file has in the store."""
    return f"{FOLDER}/{sha256}"


def bring(sha256: str) -> bool:
    """Have a kept file here, which another host may have imported; tell whether it is kept.

    Raises:
        Changed: what the store has is another file. StoreFails: the store is away.
    """
    path, put_at = path_of(sha256), None
    if not path.exists() and (put_at := store.modified(key_of(sha256))) is not None:
        store.fetch(key_of(sha256), sha256, path)
        os.utime(path, (put_at.timestamp(),) * 2)  # its days count from there
    return path.exists()


def days() -> int:
    """Return how many days files are kept; 0: none is."""
    return int(current_app.config["KEEP_FILES_DAYS"])


@contextmanager
def copied(paths: Sequence[Path]) -> Iterator[list[Copy]]:
    """Hash and copy files; what was not kept in the end is deleted, and so is what is older than KEEP_FILES_DAYS."""
    copies: list[Copy] = []
    try:
        for path in paths:
            copies.append(_copy(path))
        yield copies
    finally:
        for copy in copies:
            copy.drop()
        _delete_expired()


def sha256_of(path: Path) -> str:
    """Return the hash of a file, as hex."""
    with path.open("rb") as file:
        return _hashed(file, None)


def expired(kept_days: int) -> list[Path]:
    """Return the files older than that; unfinished copies, which an import may be writing, when they are a day old."""
    found = []
    with suppress(OSError):
        for file in folder().iterdir():
            least = max(kept_days, 1) if file.suffix == UNFINISHED else kept_days
            with suppress(OSError):  # another process deleted it just now
                if file.stat().st_mtime < time.time() - least * DAY_S:
                    found.append(file)
    return sorted(found)


def expired_in_store(kept_days: int, names: Iterable[str]) -> list[str]:
    """Return the keys of those of these kept files that the store has had for longer than that."""
    least = utc_now() - timedelta(days=kept_days)
    times = {key: store.modified(key) for key in map(key_of, names)}
    return [key for key, put_at in times.items() if put_at is not None and put_at < least]


def _delete_expired() -> None:
    """Delete what is expired here, and in the store if no other host has imported the same since."""
    files = expired(days())
    for file in files:
        with suppress(OSError):
            file.unlink(missing_ok=True)
    with suppress(store.StoreFails):  # next time
        for key in expired_in_store(days(), [file.name for file in files if file.suffix != UNFINISHED]):
            store.delete(key)


def _copy(path: Path) -> Copy:
    """Return a file's hash and copy; a copy that cannot be written is no reason to refuse the import."""
    stamp = _stamp(path)
    lack = "" if days() else NOTHING_IS_KEPT
    if not lack:
        unfinished = folder() / f"{uuid4().hex}{UNFINISHED}"
        try:
            folder().mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with path.open("rb") as source, os.fdopen(descriptor, "wb") as target:
                return Copy(path, _hashed(source, target), stamp, unfinished)
        except BaseException as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            if not isinstance(error, OSError):
                raise
            lack = _unkept(path, error)
    return Copy(path, sha256_of(path), stamp, lack=lack)


def _hashed(source: IO[bytes], target: IO[bytes] | None) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
    return digest.hexdigest()


def _stamp(path: Path) -> tuple[int, ...]:
    """Return what changes with a file's content."""
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _unkept(path: Path, error: OSError | store.StoreFails) -> str:
    log.warning("file not kept", extra={"file": path.name, "reason": str(error)})
    said = error.message.rstrip(".") if isinstance(error, store.StoreFails) else error.strerror or error
    return f"its file could not be kept ({said})"
