"""Wait until a database has noticed that a process is gone."""

from __future__ import annotations

import time

from app.models import Run
from app.services import runs


def settled(run: Run) -> Run:
    """Return a run as it is once the server has seen that its client is gone: at once, or on a busy machine later."""
    end = time.monotonic() + 10
    while run.state == "running" and time.monotonic() < end:
        time.sleep(0.02)
        run = runs.get(run.id)
    return run
