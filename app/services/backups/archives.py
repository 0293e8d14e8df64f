"""Folders of files in a tar file: what runs have left, and the workbooks by which imports are undone."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from flask import current_app

from app.store_url import EXTENSION

# Of the instance folder; neither the database, which has a file of its own, nor the secret key.
OF_INSTANCE = ("files", "runs", "uploads")
UNFINISHED = ".tmp"
STORE = "store.tar"


def places() -> dict[str, tuple[Path, tuple[str, ...]]]:
    """Return what is archived: by the archive's name its root, and the folders of that; none means all of it.

    A store that is a shared folder is among them. A bucket keeps its objects itself.
    """
    found: dict[str, tuple[Path, tuple[str, ...]]] = {"files.tar": (Path(current_app.instance_path), OF_INSTANCE)}
    store = current_app.extensions[EXTENSION]
    if store is not None and store.protocol == "file":
        found[STORE] = (Path(store.root), (".",))
    return found


def pack(archive: Path, root: Path, folders: tuple[str, ...]) -> None:
    """Put folders into an archive, as they are while runs go on: what vanishes meanwhile is left out."""
    with tarfile.open(archive, "w") as tar:
        for path in _files(root, folders):
            with suppress(FileNotFoundError):
                tar.add(path, path.relative_to(root), recursive=False)


def unpack(archive: Path, root: Path) -> None:
    """Take everything out of an archive; nothing leads out of the root (Python documentation, "Extraction filters")."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
        tar.extractall(root)  # noqa: S202 - filtered


def is_empty(root: Path, folders: tuple[str, ...]) -> bool:
    """Tell whether there is nothing that would be archived."""
    return next(_files(root, folders), None) is None


def _files(root: Path, folders: tuple[str, ...]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and path.suffix != UNFINISHED:
                yield path
