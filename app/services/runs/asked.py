"""What a queued run is asked: its row follows the run's state, in the transaction of each move.

It is written after the chain's root is locked: so do those who claim runs, and nobody waits for anybody in a circle.
"""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.models import Run, RunRequest
from app.models.base import utc_now
from app.services.runs import turns


def add(session: Session, run: Run, request: RunRequest) -> None:
    """Keep what a run is asked that is queued now, and give it its turn; what it was asked before goes."""
    _forget(session, run.id)
    request.run_id = run.id
    request.turn = turns.turn_of(session, run.operator, request.priority)
    session.add(request)


def follow(session: Session, run: Run, before: str) -> None:
    """Have what a run is asked follow its move from the state `before`: it waits anew, is kept, or goes."""
    if run.state == "queued":
        wait(session, run.id)
    elif not _is_kept(before, run.state):
        _forget(session, run.id)


def wait(session: Session, run_id: int) -> None:
    """Have a run wait that a process has claimed."""
    waits = {"claim": None, "claimed_by": None, "claimed_at": utc_now()}
    session.execute(update(RunRequest).where(RunRequest.run_id == run_id).values(waits))


def _is_kept(before: str, state: str) -> bool:
    """Tell whether a run still needs it: one that waited begins, or a process died over it."""
    return (before, state) == ("queued", "running") or state == "lost"


def _forget(session: Session, run_id: int) -> None:
    session.execute(delete(RunRequest).where(RunRequest.run_id == run_id))
