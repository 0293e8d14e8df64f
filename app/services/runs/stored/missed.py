"""Files of runs that the store did not take when their run ended: noted beside them, and sent once it answers again."""

from __future__ import annotations

import os
import time
from pathlib import Path

from app.services import store
from app.services.runs.folders import NAME, folder_of, root
from app.services.runs.stored import manifest, run_files

NOTES = ".unsent"
# How often the store is asked again.
RETRY_S = 30


def send_or_note(run_id: int, token: str) -> None:
    """Send all files of a run that has ended, or note that they are to be sent."""
    if not run_files.try_to_send(run_id, token):
        notes = root() / NOTES
        notes.mkdir(mode=0o700, parents=True, exist_ok=True)
        (notes / folder_of(run_id, token).path.name).touch()


def send_missed() -> None:
    """Send what was noted, as far as the store answers; what another host has sent of a run since stays."""
    for path in _due():
        name = NAME.fullmatch(path.name)
        try:
            os.utime(path)  # other processes leave it to this one
            if name is not None:
                _send(int(name[1]), name[2])
        except (store.StoreFails, store.Changed, FileNotFoundError):  # the log has it, or another was faster
            return
        path.unlink(missing_ok=True)


def _due() -> list[Path]:
    notes = root() / NOTES
    if not store.is_set() or not notes.is_dir():
        return []
    return sorted(path for path in notes.iterdir() if path.stat().st_mtime < time.time() - RETRY_S)


def _send(run_id: int, token: str) -> None:
    folder = folder_of(run_id, token)
    if manifest.in_store(folder) == manifest.seen(folder):
        run_files.send(run_id, token)
