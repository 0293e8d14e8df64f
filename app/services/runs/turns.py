"""Turns of operators in the queue: however many runs each has, they go on one by one in turn.

Start-time fair queueing (Goyal, Vin, Cheng: Start-time Fair Queueing, 1996) with runs of one length: a run that comes
in gets the turn after its operator's last one, but none that is already over.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Run, RunRequest


def next_turn(own_last: int | None, first: int | None) -> int:
    """Return the turn of a run that comes in.

    Args:
        own_last: the last turn of its operator's runs that wait; None: none waits.
        first: the first turn of all that wait; None: none waits.
    """
    return max(0 if own_last is None else own_last + 1, first or 0)


def turn_of(session: Session, operator: str, priority: int) -> int:
    """Return the turn of a run that is queued now, among those of its priority."""
    waiting = (RunRequest.claim.is_(None), RunRequest.priority == priority)
    first = session.scalar(select(func.min(RunRequest.turn)).where(*waiting))
    own = select(func.max(RunRequest.turn)).join(Run, Run.id == RunRequest.run_id)
    return next_turn(session.scalar(own.where(*waiting, Run.operator == operator)), first)
