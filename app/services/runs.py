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
from app.services.interrupts import uninterrupted
from app.services.masking import masked
from app.services.operators import current_operator
from app.services.transactions import reading, writing

log = logging.getLogger(__name__)

LONGEST_NAME = 255
LONGEST_ERROR = 4000


@dataclass
class OpenRun:
    """A run that is going on: its id, 0 until it is recorded, and the rows touched, `{table: {"inserted": n}}`.

    `committed` is set together with the commit of the act (see `uninterrupted`): whatever breaks in afterwards, the
    run has succeeded.
    """

    id: int = 0
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    committed: bool = False


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
    run = OpenRun()
    try:
        _open(run, kind, name, arguments, started_at)
        yield run
    except BaseException as error:  # an interruption between the row's commit and the act is one of these
        if run.id:
            _close_after(run, error)
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


def _open(run: OpenRun, kind: str, name: str, arguments: dict[str, Any], started_at: datetime | None) -> None:
    row = Run(
        kind=kind,
        name=name[:LONGEST_NAME],
        state="running",
        operator=current_operator(),
        host=socket.gethostname(),
        pid=os.getpid(),
        git_commit=git_commit(),
        arguments=masked(arguments),
        options={},
        artifacts=[],
        started_at=started_at or utc_now(),
        rows={},
    )
    try:
        with uninterrupted(), writing() as session:
            session.add(row)
            session.flush()
            run.id = row.id
    except SQLAlchemyError as error:
        run.id = 0
        failure = failure_of(error)
        raise type(failure)(
            f"The run cannot be recorded, so nothing was done. {failure.message}", failure.hint
        ) from error
    log.info("run started", extra={"run": run.id, "kind": kind, "what": name})


def _close_after(run: OpenRun, error: BaseException) -> None:
    if run.committed:
        _close(run, "succeeded", None)
        return
    state = "cancelled" if isinstance(error, KeyboardInterrupt) else "failed"
    reason = failure_of(error).for_record if isinstance(error, Exception) else "interrupted"
    try:
        _close(run, state, reason)
    except (AppError, SQLAlchemyError) as another:
        error.add_note(f"Run {run.id} could not be closed: {another}")
        log.error("run not closed", extra={"run": run.id, "reason": str(another)})


def _close(run: OpenRun, state: str, error: str | None) -> None:
    with uninterrupted(), writing() as session:
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
