"""How fast a run goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from app.models import Run, RunMove
from app.models.base import utc_now

# In less time than this, nothing can be said.
LEAST_S = 1.0


@dataclass(frozen=True)
class Pace:
    """Items a second, and the seconds that are left at that rate; None where nobody knows how many items there are."""

    rate: float
    left_s: float | None


def pace_of(run: Run, moves: Sequence[RunMove]) -> Pace | None:
    """Return the pace of a run, by all the time that it was running; None if it does not go on, or cannot be told."""
    seconds = running_s(moves, utc_now())
    if run.state != "running" or not run.progress_done or seconds < LEAST_S:
        return None
    rate = run.progress_done / seconds
    left = max(0, run.progress_total - run.progress_done) / rate if run.progress_total else None
    return Pace(rate, left)


def running_s(moves: Sequence[RunMove], now: datetime) -> float:
    """Return how many seconds a run was running, up to now, by its moves."""
    times = [(move.state, move.at) for move in moves]
    return sum(
        (end - begin).total_seconds()
        for (state, begin), (_, end) in pairwise([*times, ("", now)])
        if state == "running"
    )
