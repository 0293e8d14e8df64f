"""The end of a run's log, however long the log is."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass

from app.models import Run
from app.services.runs.files import log_of
from app.services.store import Changed, StoreFails

# How far back is read: 200 lines of ordinary length are a tenth of it.
TAIL_BYTES = 256 * 1024


@dataclass(frozen=True)
class Tail:
    """The last lines of a log, without their ends; `is_cut`: there are others before them."""

    lines: tuple[str, ...] = ()
    is_cut: bool = False


def last_lines(run: Run, most: int) -> Tail:
    """Return the last `most` lines of a run's log as it is now; none if it has no log here."""
    try:
        with log_of(run).open("rb") as file:
            skipped = max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES)
            file.seek(skipped)
            lines = file.read().decode("utf-8", "replace").splitlines()
    except (FileNotFoundError, PermissionError, StoreFails, Changed):  # none yet, or not to be had
        return Tail()
    last = deque(lines[1:] if skipped else lines, most)
    return Tail(tuple(last), bool(skipped) or len(lines) > most)
