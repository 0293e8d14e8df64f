"""Wait for what becomes of a run, for who asks from afar; no connection to the database is held meanwhile."""

from __future__ import annotations

import time
from threading import BoundedSemaphore

from app.models import Run
from app.services import runs
from app.services.queue.results import awaited

LONGEST_S = 30
STEP_S = 0.25
# How many may wait in one process: each holds a thread that could answer somebody else.
MOST = 4
_places = BoundedSemaphore(MOST)


def wait_for_change(run_id: int, seconds: float) -> Run:
    """Return a run once it is in another state, or has told what came of it; as it is after so many seconds.

    Where too many wait already, that is at once.

    Raises:
        NotFound: there is no such run.
    """
    run = runs.get(run_id)
    if seconds <= 0 or not awaited(run) or not _places.acquire(blocking=False):
        return run
    try:
        return _changed(run, time.monotonic() + min(seconds, LONGEST_S))
    finally:
        _places.release()


def _changed(run: Run, end: float) -> Run:
    state = run.state
    while run.state == state and time.monotonic() < end and awaited(run):
        time.sleep(STEP_S)
        run = runs.get(run.id)
    return run
