"""Close a run: by its own process alone, and only while nobody has taken it over."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.errors import AppError, Busy
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
    """Bring a run to its last state, with all that it came to; one that is closed already stays as it is.

    Nothing is written where it is not this process's any more, which the application's log says: in a forked child,
    and once the run was declared lost (its lock was free), whether or not another process has taken it up since.

    Raises:
        NotFound: its row is gone. SQLAlchemyError: the database cannot be written to.
    """
    if run.closed:
        return
    if run.pid != os.getpid():  # before the database is touched: its connections are the parent's too
        _tell(run, state, "this process was forked from the one that opened it")
    elif moves.move(run.id, state, _has(run), **_ending(run, state, error)):
        ended(run, state)
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


def close_within(session: Session, run: OpenRun) -> None:
    """Bring a run to succeeded in the session's transaction, which also has what it did; the caller commits both.

    Raises:
        Busy: the run is not this process's any more. This transaction must not be committed.
    """
    changes = _ending(run, "succeeded", None)
    if run.lock_lost or not moves.move_within(session, run.id, "succeeded", _has(run), **changes):
        raise Busy(
            f"Run {run.id} lost its lock while it went on, so all that it did is rolled back.",
            f"Did the database end its connection? Another run may go on by now. See: flask runs show {run.id}",
        )


def ended(run: OpenRun, state: str) -> None:
    """Leave nothing of a run's process behind, once its last state is in the ledger."""
    run.closed = True
    channel_of(db.engine, run.folder).remove()
    log.info("run finished", extra={"run": run.id, "state": state, "rows": run.rows})


def _has(run: OpenRun) -> Callable[[Session, Run], bool]:
    """Return what tells of a run's row whether it still is this process's: nothing has moved it since it began here.

    Host and process number would not tell: two containers may have the same of both.
    """
    return lambda _session, row: row.hash == run.seal


def _ending(run: OpenRun, state: str, error: str | None) -> dict[str, Any]:
    """Return the columns of a run's row that its last move changes; one that is queued again has not finished."""
    again = state == "queued"
    return {
        "finished_at": None if again else utc_now(),
        "rows": run.rows,
        "error": None if again else error and masked(error)[:LONGEST_ERROR],
        "artifacts": run.artifacts,
        "progress_done": run.done,
        "progress_total": run.total,
        "stop_requested": None,
    }


def _tell(run: OpenRun, state: str, reason: str) -> None:
    log.warning("run not closed as %s: %s", state, reason, extra={"run": run.id})
