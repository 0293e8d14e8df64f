"""What the store has of a run's files: a list beside them, and what this host has seen of it last."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

from app.runner.artifacts import NAME
from app.services import store
from app.services.runs.folders import ARTIFACTS, DIFF, LOG, OUTPUT, RESULT, RunFolder

FOLDER = "runs"
MANIFEST = "manifest.json"
SEEN = ".manifest.json"
ALONE = (LOG, RESULT, DIFF, OUTPUT)
_ARTIFACT = re.compile(f"{ARTIFACTS}/{NAME.pattern}")


@dataclass(frozen=True)
class Entry:
    """A file of a run as the store has it: the last part of its key, which is this content's alone, and its stamp."""

    key: str
    sha256: str
    size: int


Manifest = dict[str, Entry]


def key_of(folder: RunFolder, name: str = "") -> str:
    """Return the key of a run's folder, or of an object in it."""
    return "/".join(filter(None, (FOLDER, folder.path.name, name)))


def names_in(folder: RunFolder) -> list[str]:
    """Return the files of a run that are here."""
    names = [*ALONE, *(f"{ARTIFACTS}/{name}" for name in _listed(folder))]
    return [name for name in names if _is_name(name) and (folder.path / name).is_file()]


def in_store(folder: RunFolder) -> Manifest:
    """Return what the store has.

    Raises:
        Changed: the list cannot be read. StoreFails: the store is away.
    """
    content = store.read_small(key_of(folder, MANIFEST))
    return _parsed(content, key_of(folder, MANIFEST)) if content else {}


def keep_in_store(folder: RunFolder, manifest: Manifest) -> None:
    """Say what the store has from now on."""
    store.write_small(key_of(folder, MANIFEST), _text(manifest))


def seen(folder: RunFolder) -> Manifest:
    """Return what this host knew last of what the store has."""
    try:
        return _parsed((folder.path / SEEN).read_bytes(), SEEN)
    except (FileNotFoundError, store.Changed):
        return {}


def keep_seen(folder: RunFolder, manifest: Manifest) -> None:
    """Take note of what this host knows now."""
    unfinished = folder.make() / f".{uuid4().hex}.tmp"
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_text(manifest))
    unfinished.replace(folder.path / SEEN)


def _listed(folder: RunFolder) -> list[str]:
    return sorted(path.name for path in folder.artifacts.iterdir()) if folder.artifacts.is_dir() else []


def _text(manifest: Manifest) -> bytes:
    entries = {name: asdict(entry) for name, entry in manifest.items()}
    return json.dumps(entries, ensure_ascii=False, indent=1).encode("utf-8", "surrogateescape")


def _parsed(content: bytes, key: str) -> Manifest:
    """Return a list; names in it that no file of a run has are passed over: they become paths here."""
    try:
        entries: dict[str, dict[str, Any]] = json.loads(content)
        return {name: Entry(**entry) for name, entry in entries.items() if _is_name(name)}
    except (ValueError, TypeError, AttributeError):
        raise store.Changed(f"{key} in the store is damaged.", "Bring it back from a backup, or delete it.") from None


def _is_name(name: str) -> bool:
    return name in ALONE or _ARTIFACT.fullmatch(name) is not None
