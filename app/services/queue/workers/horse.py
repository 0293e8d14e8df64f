"""What RQ's work-horse does when the bell has rung: carry out runs, one after the other, as long as any may go."""

from __future__ import annotations

import time

from app.extensions import db
from app.interrupts import leaving, leaving_on_sigterm
from app.services.queue import claiming, waking
from app.services.queue.working import work_next

# After so many runs, or so long, another process goes on: scripts of the team may leave something behind in this one.
MOST_RUNS = 50
LONGEST_S = 60.0


def look() -> None:
    """Carry out the runs that may go; told to end by SIGTERM, end the run that goes on, or leave it for others."""
    end = time.monotonic() + LONGEST_S
    with leaving_on_sigterm():
        for _ in range(MOST_RUNS):
            if leaving() or time.monotonic() > end or work_next() is None:
                break
            db.session.remove()
    if claiming.may_go():
        waking.wake()
