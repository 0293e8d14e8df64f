"""Put objects into the store and take them out, each known by its SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING
from uuid import uuid4

from flask import current_app

from app.services.store.keys import checked
from app.services.store.problems import Changed, Missing, told
from app.store_url import EXTENSION

if TYPE_CHECKING:
    from app.services.store.places import Place
    from app.store_url import StoreUrl

CHUNK = 1 << 20


@dataclass(frozen=True)
class Stamp:
    """What a content is known by: its SHA-256 as hex, and its bytes."""

    sha256: str
    size: int


def is_set() -> bool:
    """Tell whether there is a store."""
    return _url() is not None


def put(key: str, path: Path) -> Stamp | None:
    """Put a file into the store, in place of what has that key; return the stamp of what was sent. None: no store.

    A file that grows meanwhile is sent as far as it was read.

    Raises:
        StoreFails: it could not be put there; under that key is what was there before.
    """
    with path.open("rb") as source, _writing(key) as target:
        return None if target is None else _copied(source, target)


def write_small(key: str, content: bytes) -> None:
    """Put a small object there."""
    with _writing(key) as target:
        if target is not None:
            target.write(content)


def fetch(key: str, sha256: str, to: Path) -> Path:
    """Bring an object to a local path, which is there whole and right, or as it was before; return that path.

    Raises:
        Missing: it is not in the store. Changed: its SHA-256 is another one. StoreFails: the store is away.
    """
    if not is_set():
        raise _missing(key)
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = to.with_name(f".{uuid4().hex}.tmp")
    unfinished.touch(mode=0o600)
    try:
        if not _got(key, unfinished):
            raise _missing(key)
        if stamp_of(unfinished).sha256 != sha256:
            raise Changed(
                f"{key} in the store is not what was put there: its SHA-256 is another one.",
                "It was changed or damaged: bring it back from a backup, or do without it and send the file again.",
            )
        unfinished.replace(to)
    finally:
        unfinished.unlink(missing_ok=True)
    return to


def _missing(key: str) -> Missing:
    return Missing(f"{key} is not in the store, or no longer.")


def read_small(key: str) -> bytes | None:
    """Return the content of a small object; None: there is none."""
    with _place(key) as place, suppress(FileNotFoundError):
        return None if place is None else bytes(place.fs.cat_file(place.path(checked(key))))
    return None


def modified(key: str) -> datetime | None:
    """Return when an object was put there; None: there is none."""
    with _place(key) as place, suppress(FileNotFoundError):
        found: datetime | None = None if place is None else place.fs.modified(place.path(checked(key)))
        return found
    return None


def exists(key: str) -> bool:
    """Tell whether there is such an object."""
    return modified(key) is not None


def delete(key: str) -> None:
    """Delete an object, if there is one."""
    with _place(key) as place, suppress(FileNotFoundError):
        if place is not None:
            place.fs.rm_file(place.path(checked(key)))


def delete_under(folder: str) -> None:
    """Delete all objects whose keys begin with `folder/`."""
    with _place(folder) as place, suppress(FileNotFoundError):
        if place is not None:
            place.fs.rm(place.path(checked(folder)), recursive=True)


def names_in(folder: str) -> list[str]:
    """Return the names of what is right under a folder, objects and folders."""
    with _place(folder) as place, suppress(FileNotFoundError):
        found = [] if place is None else place.fs.ls(place.path(checked(folder)), detail=False)
        return sorted(str(path).rstrip("/").rpartition("/")[2] for path in found)
    return []


def stamp_of(path: Path) -> Stamp:
    """Return the stamp of a local file."""
    with path.open("rb") as file:
        return _copied(file, None)


def _url() -> StoreUrl | None:
    url: StoreUrl | None = current_app.extensions[EXTENSION]
    return url


@contextmanager
def _place(key: str) -> Iterator[Place | None]:
    """Give the store; what goes wrong with it inside becomes a sentence."""
    url = _url()
    if url is None:
        yield None
        return
    from app.services.store.places import place_of  # fsspec takes 0.1 s to import

    with told(key):
        yield place_of(url)


@contextmanager
def _writing(key: str) -> Iterator[IO[bytes] | None]:
    """Give what an object is written to."""
    with _place(key) as place:
        if place is None:
            yield None
        else:
            with place.writing(place.fs, place.path(checked(key))) as target:
                yield target


def _got(key: str, path: Path) -> bool:
    """Write an object to a local path; tell whether there is one."""
    with _place(key) as place, suppress(FileNotFoundError):
        if place is not None:
            place.fs.get_file(place.path(checked(key)), str(path))
            return True
    return False


def _copied(source: IO[bytes], target: IO[bytes] | None) -> Stamp:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if target is not None:
            target.write(chunk)
    return Stamp(digest.hexdigest(), size)
