"""A file that is there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from app.errors import NotFound, Refused


@contextmanager
def new_file(path: Path, force: bool) -> Iterator[Path]:
    """Give a path beside `path` to write to; it is renamed to `path` at the end, and removed on any error.

    Args:
        force: replace a file that is there.

    Raises:
        NotFound: there is no such folder.
        Refused: there is such a file.
    """
    if not path.parent.is_dir():
        raise NotFound(f"There is no folder {path.parent}.", "Make it first, or name another one.")
    if path.exists() and not force:
        raise Refused(f"There is a file {path} already.", "Replace it with --force, or name another one.")
    unfinished = path.with_name(f".{uuid4().hex}.tmp")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def check_free(path: Path, option: str) -> None:
    """Raise Refused if there is such a file, where nobody can say that it may be replaced.

    Args:
        option: the one that named it.

    Raises:
        NotFound: there is no such folder.
    """
    if not path.parent.is_dir():
        raise NotFound(f"There is no folder {path.parent}.", f"Make it first, or name another one with {option}.")
    if path.exists():
        raise Refused(f"There is a file {path} already.", f"Name another one with {option}, or move it away.")
