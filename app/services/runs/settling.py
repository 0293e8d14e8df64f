"""Runs whose process died: running in the ledger, and their lock free."""

from __future__ import annotations

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Checkpoint, Run
from app.runner import locks
from app.services.failures import failure_of
from app.services.runs import moves
from app.services.transactions import reading

log = logging.getLogger(__name__)

DIED = "Its process ended without a word: killed, out of memory, or the machine or database went away."


def settle_lost(lock_name: str | None = None) -> list[int]:
    """Bring every run whose process died to lost, or those that held this lock; return their ids.

    Raises:
        Busy: another process is writing to the database.
    """
    query = select(Run.id).where(Run.state == "running")
    if lock_name is not None:
        query = query.where(Run.lock_name == lock_name)
    with reading() as session:
        running = list(session.scalars(query))
        suspects = [run_id for run_id in running if lock_name is not None or _is_free(session, run_id)]
    return [run_id for run_id in suspects if settle(run_id, held_here=lock_name is not None)]


def try_to_settle() -> None:
    """Do that if the database can be written to; whoever only looks at runs must not fail for it."""
    try:
        settle_lost()
    except Exception as error:  # noqa: BLE001 - a read-only or busy database among others
        log.info("lost runs not settled", extra={"reason": failure_of(error).message})


def settle(run_id: int, held_here: bool = False) -> bool:
    """Bring a run to lost if nobody holds its lock, or this process does; tell whether it was."""

    def died(session: Session, row: Run) -> bool:
        # Whoever takes a run up takes its lock first, and then needs this row, which is ours: a free lock says all.
        if row.state != "running" or not (held_here or row.lock_name is None or _free(session, row.lock_name)):
            return False
        # Waits for the last transaction of the dead process, which the database may still be committing.
        checkpoint = session.get(Checkpoint, run_id, with_for_update=True)
        if checkpoint is not None:
            row.rows, row.progress_done = checkpoint.rows, checkpoint.done
        return True

    return moves.move(run_id, "lost", died, error=DIED, stop_requested=None)


def _is_free(session: Session, run_id: int) -> bool:
    name = session.scalar(select(Run.lock_name).where(Run.id == run_id))
    return name is None or _free(session, name)


def _free(session: Session, name: str) -> bool:
    return locks.is_free(session.connection(), name)
