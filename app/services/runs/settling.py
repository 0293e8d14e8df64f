"""Runs whose process died: running in the ledger, and their lock free."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.extensions import db
from app.models import Run
from app.runner import checkpoints, locks, work_connection
from app.runner.stopping import CANCEL, PAUSE
from app.services.failures import failure_of
from app.services.runs import abandoned, moves
from app.services.runs.channel import Channel, channel_of
from app.services.runs.folders import folder_of
from app.services.transactions import reading

log = logging.getLogger(__name__)

STOPPED = {PAUSE: "paused", CANCEL: "cancelled"}
DIED = "Its process ended without a word: killed, out of memory, or the machine or database went away."


def settle_lost(lock_name: str | None = None) -> list[int]:
    """Bring every run whose process died to lost, or those that held this lock; return their ids.

    One that was asked to stop has done so: it is paused, or cancelled.

    Raises:
        Busy: another process is writing to the database.
    """
    with reading() as session:
        running = session.execute(select(Run.id, Run.lock_name).where(Run.state == "running")).all()
        if lock_name is None:
            suspects = [run_id for run_id, name in running if name is None or _free(session, name)]
        else:  # compared here: MariaDB takes names that differ in case only for the same
            suspects = [run_id for run_id, name in running if name == lock_name]
    return [run_id for run_id in suspects if settle(run_id, held_here=lock_name is not None)]


def try_to_settle() -> None:
    """Do that if the database can be written to; whoever only looks at runs must not fail for it."""
    try:
        settle_lost()
    except Exception as error:  # noqa: BLE001 - a read-only or busy database among others
        log.info("lost runs not settled", extra={"reason": failure_of(error).message})


def settle(run_id: int, held_here: bool = False) -> bool:
    """Bring a run to lost, or where it was to stop, if nobody, or this process, holds its lock; tell whether it was.

    A process of it that lives all the same, because it was its lock that died, commits no more batch.
    """
    left: list[Left] = []

    def died(session: Session, row: Run) -> bool:
        # Whoever takes a run up takes its lock first, and then needs this row, which is ours: a free lock says all.
        if row.state != "running" or not (held_here or row.lock_name is None or _free(session, row.lock_name)):
            return False
        work_connection.end(db.engine, run_id)
        left.append(Left(row.lock_name, channel_of(db.engine, folder_of(run_id, row.token))))
        _tell_how_far(session, row, left[0].channel)
        row.error = f"{DIED} {abandoned.GIVEN_UP}" if abandoned.count_death(session, run_id) else DIED
        return True

    settled = moves.move(run_id, _state_after(run_id), died, stop_requested=None)
    if settled is None:
        return False
    left[0].remove()
    return True


def _state_after(run_id: int) -> str:
    """Return the state of a run whose process has died: lost, unless it was asked to stop."""
    with reading() as session:
        run = session.get_one(Run, run_id)
    asked = channel_of(db.engine, folder_of(run_id, run.token)).asked()
    return STOPPED.get(asked or "", "lost")


@dataclass(frozen=True)
class Left:
    """What a dead process left beside its row."""

    lock_name: str | None
    channel: Channel

    def remove(self) -> None:
        """Remove it, as far as this user may."""
        self.channel.remove()
        with suppress(OSError):
            if self.lock_name is not None:
                locks.remove(db.engine, self.lock_name)


def _tell_how_far(session: Session, row: Run, channel: Channel) -> None:
    """Write into the row what the checkpoint says, which ends with it the attempt; else what the run itself said."""
    position, beat = checkpoints.fence(session.connection(), row.id), channel.last_beat()
    if position is not None:
        row.rows, row.progress_done = position.rows, position.done
    elif beat is not None:
        row.progress_done, row.progress_total = beat.done, beat.total


def _free(session: Session, name: str) -> bool:
    return locks.is_free(session.connection(), name)
