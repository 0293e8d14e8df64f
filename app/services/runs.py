"""The run ledger: nothing changes data without a row that says so."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.errors import AppError, Failed, NotFound
from app.models import Run
from app.models.base import utc_now
from app.models.run import MOVES
from app.services.code_version import git_commit
from app.services.failures import failure_of
from app.services.masking import masked
from app.services.operators import current_operator
from app.services.transactions import reading, writing

log = logging.getLogger(__name__)

LONGEST_NAME = 255
LONGEST_ERROR = 4000


@dataclass
class OpenRun:
    """A run that is going on: its id, and the rows it has touched so far, `{table: {"inserted": n}}`."""

    id: int
    rows: dict[str, dict[str, int]] = field(default_factory=dict)


@contextmanager
def recorded(kind: str, name: str, arguments: dict[str, Any], started_at: datetime | None = None) -> Iterator[OpenRun]:
    """Record what happens inside as a run, on a connection of its own: opened before, closed after, whatever happens.

    Args:
        kind: what sort of act: import, initdb, user, script.
        name: what it acts on, for people: `june.xlsx → orders`.
        arguments: what was asked for; secrets are masked here.
        started_at: when it began, if that was before the ledger could be written; now otherwise.

    Raises:
        Failed: the run cannot be recorded; nothing inside was done.
    """
    run = OpenRun(_opened(kind, name, arguments, started_at))
    try:
        yield run
    except BaseException as error:
        state = "cancelled" if isinstance(error, KeyboardInterrupt) else "failed"
        reason = failure_of(error).message if isinstance(error, Exception) else "interrupted"
        try:
            _close(run, state, reason)
        except (AppError, SQLAlchemyError) as another:
            error.add_note(f"Run {run.id} could not be closed: {another}")
            log.exception("run not closed", extra={"run": run.id})
        raise
    _close(run, "succeeded", None)


def newest(limit: int) -> list[Run]:
    """Return the last `limit` runs, the newest first."""
    with reading() as session:
        return list(session.scalars(select(Run).order_by(Run.id.desc()).limit(limit)))


def get(run_id: int) -> Run:
    """Return one run.

    Raises:
        NotFound: there is none with this id.
    """
    with reading() as session:
        run = session.get(Run, run_id)
    if run is None:
        raise NotFound(f"There is no run {run_id}.", "See them with: flask runs list")
    return run


def as_dict(run: Run) -> dict[str, Any]:
    """Return every column of a run by its name; times in ISO 8601, UTC."""
    values = {column.name: getattr(run, column.name) for column in Run.__table__.columns}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _opened(kind: str, name: str, arguments: dict[str, Any], started_at: datetime | None) -> int:
    run = Run(
        kind=kind,
        name=name[:LONGEST_NAME],
        state="running",
        operator=current_operator(),
        host=socket.gethostname(),
        pid=os.getpid(),
        git_commit=git_commit(),
        arguments=masked(arguments),
        started_at=started_at or utc_now(),
        rows={},
    )
    try:
        with writing() as session:
            session.add(run)
            session.flush()
            run_id = run.id
    except SQLAlchemyError as error:
        failure = failure_of(error)
        raise type(failure)(
            f"The run cannot be recorded, so nothing was done. {failure.message}", failure.hint
        ) from error
    log.info("run started", extra={"run": run_id, "kind": kind, "what": name})
    return run_id


def _close(run: OpenRun, state: str, error: str | None) -> None:
    with writing() as session:
        row = session.get(Run, run.id)
        if row is None:
            raise Failed(f"Run {run.id} is no longer in the ledger.")
        if state not in MOVES[row.state]:
            raise Failed(f"Run {run.id} is {row.state}; it cannot become {state}.")
        row.state = state
        row.finished_at = utc_now()
        row.rows = run.rows
        row.error = error and masked(error)[:LONGEST_ERROR]
    log.info("run finished", extra={"run": run.id, "state": state, "rows": run.rows})
