"""Sweep: what fell by the wayside waits again, whoever died over it and whatever Redis has forgotten."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Run, RunRequest
from app.models.base import utc_now
from app.runner import locks
from app.services.queue import claiming
from app.services.runs import abandoned, asked, moves
from app.services.runs.settling import settle_lost
from app.services.runs.stored import missed
from app.services.transactions import reading, writing

# How long a process may take from its claim until it holds the lock of its run; clocks of hosts may differ by less.
TAKES_UP_WITHIN_S = 5

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swept:
    """What a sweep did.

    Attributes:
        settled: runs whose process died, which were running.
        freed: runs whose process died before it began them; they wait again.
        queued: lost runs that wait again.
        waiting, going_on: how many runs of the queue do now.
    """

    settled: list[int]
    freed: list[int]
    queued: list[int]
    waiting: int
    going_on: int


def sweep() -> Swept:
    """Look at all that is running, claimed or lost, and put right what is wrong; wake nobody.

    What this host still owes the store is sent.

    Raises:
        SQLAlchemyError: the database cannot be read or written to.
    """
    settled = settle_lost()
    freed = [run_id for run_id in _dead_claims() if _free(run_id)]
    abandoned.forget_given_up()
    queued = [run_id for run_id in _lost() if _queue_again(run_id)]
    done = Swept(settled, freed, queued, claiming.waiting(), len(claiming.holders()))
    if settled or freed or queued:
        log.info("queue swept", extra={"settled": settled, "freed": freed, "queued": queued})
    missed.send_missed()
    return done


def _dead_claims() -> list[int]:
    """Return the runs that a process has claimed, and neither begun nor holds."""
    before = utc_now() - timedelta(seconds=TAKES_UP_WITHIN_S)
    query = select(Run.id, Run.token).join(RunRequest).where(Run.state == "queued", RunRequest.claimed_at < before)
    with reading() as session:
        found = session.execute(query.where(RunRequest.claim.is_not(None))).all()
        return [run_id for run_id, token in found if _is_free(session, token)]


def _free(run_id: int) -> bool:
    """Let such a run wait again; one over which too many processes have died is given up."""
    given_up = False

    def is_dead(session: Session, row: Run) -> bool:
        request = session.get(RunRequest, run_id, with_for_update=True)
        claimed = request is not None and request.claim is not None
        return row.state == "queued" and claimed and _is_free(session, row.token)

    def is_given_up(session: Session, row: Run) -> bool:
        nonlocal given_up
        given_up = is_dead(session, row) and abandoned.count_death(session, run_id)
        return given_up

    with reading() as session:
        deaths = session.scalar(select(RunRequest.attempts).where(RunRequest.run_id == run_id)) or 0
        state = "failed" if session.get_one(Run, run_id).lock_name is None else "lost"
    if deaths + 1 >= abandoned.MOST_DEATHS:
        return moves.move(run_id, state, is_given_up, error=abandoned.GIVEN_UP, finished_at=utc_now()) is not None
    with writing() as session:
        row = session.get(Run, run_id, with_for_update=True)
        if row is None or not is_dead(session, row):
            return False
        abandoned.count_death(session, run_id)
        asked.wait(session, run_id)
    return True


def _lost() -> list[int]:
    """Return the lost runs that were queued, and are not given up."""
    with reading() as session:
        return list(session.scalars(select(Run.id).join(RunRequest).where(Run.state == "lost")))


def _queue_again(run_id: int) -> bool:
    def is_lost(session: Session, row: Run) -> bool:
        return row.state == "lost" and session.get(RunRequest, run_id, with_for_update=True) is not None

    return moves.move(run_id, "queued", is_lost, error=None) is not None


def _is_free(session: Session, token: str) -> bool:
    return locks.is_free(session.connection(), locks.name_of_run(token))
