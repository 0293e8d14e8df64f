"""Close a run: by its own process alone, and only while nobody has taken it over."""

from __future__ import annotations

import logging
import os
import socket

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.errors import AppError
from app.extensions import db
from app.models import Run
from app.models.base import utc_now
from app.services.failures import failure_of
from app.services.masking import masked
from app.services.runs import moves
from app.services.runs.channel import channel_of
from app.services.runs.open_run import OpenRun

log = logging.getLogger(__name__)

LONGEST_ERROR = 4000


def close(run: OpenRun, state: str, error: str | None) -> None:
    """Bring a run to its last state, with all that it came to.

    Nothing is written where it is not this process's any more, which the application's log says: in a forked child,
    and once the run was declared lost (its lock was free), whether or not another process has taken it up since.

    Raises:
        NotFound: its row is gone. SQLAlchemyError: the database cannot be written to.
    """
    if run.pid != os.getpid():  # before the database is touched: its connections are the parent's too
        _tell(run, state, "this process was forked from the one that opened it")
    elif _moved(run, state, error):
        channel_of(db.engine, run.folder).remove()
        log.info("run finished", extra={"run": run.id, "state": state, "rows": run.rows})
    else:
        _tell(run, state, "it was declared lost, because its lock was free; see what became of it in the ledger")


def close_after(run: OpenRun, error: BaseException) -> None:
    """Close a run that was broken off by `error`; what goes wrong with that is noted at it."""
    if run.committed:
        close(run, "succeeded", None)
        return
    state = run.ending or ("cancelled" if isinstance(error, KeyboardInterrupt) else "failed")
    reason = failure_of(error).for_record if isinstance(error, Exception) else "interrupted"
    try:
        close(run, state, reason)
    except (AppError, SQLAlchemyError) as another:
        error.add_note(f"Run {run.id} could not be closed: {another}")
        log.error("run not closed", extra={"run": run.id, "reason": str(another)})


def _moved(run: OpenRun, state: str, error: str | None) -> bool:
    def mine(_session: Session, row: Run) -> bool:
        return (row.state, row.host, row.pid) == ("running", socket.gethostname(), run.pid)

    return moves.move(
        run.id,
        state,
        mine,
        finished_at=utc_now(),
        rows=run.rows,
        error=error and masked(error)[:LONGEST_ERROR],
        artifacts=run.artifacts,
        progress_done=run.done,
        progress_total=run.total,
        stop_requested=None,
    )


def _tell(run: OpenRun, state: str, reason: str) -> None:
    log.warning("run not closed as %s: %s", state, reason, extra={"run": run.id})
