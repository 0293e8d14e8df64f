"""Queued runs that are given up: process after process has died over them."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import Run, RunRequest
from app.services.transactions import reading, writing

MOST_DEATHS = 5
GIVEN_UP = f"{MOST_DEATHS} processes died over it, so it is not taken up again by itself."


def count_death(session: Session, run_id: int) -> bool:
    """Note that a process died over a run, whose row is locked; tell whether the run is given up.

    Of a run that nobody queued nothing is noted: it is up to whoever started it. That is looked up without a lock: to
    lock what is not there, InnoDB locks the gap, into which another run may just be queued (see `checkpoints`).
    """
    mine = RunRequest.run_id == run_id
    if session.scalar(select(RunRequest.run_id).where(mine)) is None:
        return False
    request = session.scalars(select(RunRequest).where(mine).with_for_update()).one_or_none()
    if request is None:
        return False
    request.attempts += 1
    return request.attempts >= MOST_DEATHS


def forget_given_up() -> None:
    """Delete what those runs were asked that are lost for good: a person may still have them resumed."""
    query = select(RunRequest.run_id).join(Run).where(Run.state == "lost", RunRequest.attempts >= MOST_DEATHS)
    with reading() as session:
        given_up = session.scalars(query).all()
    if given_up:
        with writing() as session:
            session.execute(delete(RunRequest).where(RunRequest.run_id.in_(given_up)))
