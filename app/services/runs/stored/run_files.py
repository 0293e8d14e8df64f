"""The files of a run on every host: the one that has the run sends them to the store, the others bring them from there.

A host brings what the store has got since it sent or brought last; what is newer here than there stays. Each content
has a key of its own, and the list of them is written last: who reads finds the old files or the new ones.
"""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from app.services import store
from app.services.runs.folders import LOG, OUTPUT, RunFolder, folder_of
from app.services.runs.stored import manifest

if TYPE_CHECKING:
    from app.services.runs.stored.manifest import Entry, Manifest

# What a run only adds to.
GROWING = (LOG, OUTPUT)
# How often the list is read anew when what it names was replaced meanwhile.
TRIES = 3

log = logging.getLogger(__name__)


def send(run_id: int, token: str, *only: str) -> None:
    """Put the files of a run, or some of them, into the store, as far as it does not have them as they are.

    Args:
        only: their names within the run's folder.

    Raises:
        StoreFails: the store is away.
    """
    if not store.is_set():
        return
    folder = folder_of(run_id, token)
    names = [name for name in only or manifest.names_in(folder) if (folder.path / name).is_file()]
    if not names:
        return
    before = manifest.in_store(folder)
    sent = {name: _put(folder, name) for name in names if not _is(folder.path / name, before.get(name))}
    if sent:
        manifest.keep_in_store(folder, before | sent)
        for entry in (before[name] for name in sent if name in before):
            store.delete(manifest.key_of(folder, entry.key))
    manifest.keep_seen(folder, before | sent)


def try_to_send(run_id: int, token: str, *only: str) -> bool:
    """Do that, and tell whether it could be done: a run is not worse for it that others cannot see its files."""
    try:
        send(run_id, token, *only)
    except (store.StoreFails, store.Changed):  # the log has it
        return False
    return True


def bring(run_id: int, token: str, *only: str) -> None:
    """Have the files of a run here, or some of them, as far as the store has newer ones.

    Raises:
        Changed: what the store has is not what was put there. StoreFails: the store is away.
    """
    if not store.is_set():
        return
    folder = folder_of(run_id, token)
    for _ in range(TRIES):
        if _brought(folder, only):
            return
    log.warning("files are missing in the store", extra={"run": run_id})


def here(run_id: int, token: str, name: str) -> Path:
    """Return where a file of a run is on this host, brought here if need be; it may be that there is none.

    Raises:
        Changed: what the store has is not what was put there. StoreFails: it is away, and there is no such file here.
    """
    path = folder_of(run_id, token).path / name
    try:
        bring(run_id, token, name)
    except store.StoreFails:
        if not path.is_file():
            raise
    return path


def _put(folder: RunFolder, name: str) -> Entry:
    key = f"{name}.{uuid4().hex[:8]}"
    stamp = store.put(manifest.key_of(folder, key), folder.path / name)
    assert stamp is not None  # noqa: S101 - there is a store
    return manifest.Entry(key, stamp.sha256, stamp.size)


def _brought(folder: RunFolder, only: tuple[str, ...]) -> bool:
    """Bring what is newer in the store; tell whether all of it was there."""
    seen, stored = manifest.seen(folder), manifest.in_store(folder)
    news = {name: stored[name] for name in only or stored if name in stored and _is_news(folder, name, stored, seen)}
    there = all(_fetched(folder, name, entry) for name, entry in news.items())
    if news and there:
        manifest.keep_seen(folder, seen | news)
    return there


def _is_news(folder: RunFolder, name: str, stored: Manifest, seen: Manifest) -> bool:
    return stored[name] != seen.get(name) or not (folder.path / name).is_file()


def _fetched(folder: RunFolder, name: str, entry: Entry) -> bool:
    """Have a file here as the store has it, or ahead of that; tell whether it was there."""
    path = folder.path / name
    if _is(path, entry) or (name in GROWING and _begins_like(path, entry)):
        return True
    with suppress(store.Missing):
        folder.make()
        store.fetch(manifest.key_of(folder, entry.key), entry.sha256, path)
        return True
    return False


def _is(path: Path, entry: Entry | None) -> bool:
    """Tell whether a local file is what the store has."""
    if entry is None or not path.is_file() or path.stat().st_size != entry.size:
        return False
    return store.stamp_of(path).sha256 == entry.sha256


def _begins_like(path: Path, entry: Entry) -> bool:
    """Tell whether a local file goes on after what the store has."""
    if not path.is_file() or path.stat().st_size < entry.size:
        return False
    with path.open("rb") as file:
        return hashlib.sha256(file.read(entry.size)).hexdigest() == entry.sha256
