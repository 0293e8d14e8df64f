"""Open a run before the act and close it after, whatever happens."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from app.errors import AppError
from app.extensions import db
from app.interrupts import uninterrupted
from app.models import Run
from app.models.base import utc_now
from app.runner import locks
from app.services.code_version import code_version
from app.services.failures import failure_of
from app.services.masking import masked
from app.services.operators import current_operator
from app.services.runs import closing, moves
from app.services.runs.channel import channel_of
from app.services.runs.heart import Heart
from app.services.runs.open_run import OpenRun

log = logging.getLogger(__name__)

LONGEST_NAME = 255


@dataclass(frozen=True)
class Details:
    """What else the ledger keeps of a run: see the columns of `Run`."""

    dry_run: bool = False
    reason: str | None = None
    script_id: str | None = None
    script_sha256: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


NONE = Details()


@contextmanager
def recorded(
    kind: str,
    name: str,
    arguments: dict[str, Any],
    started_at: datetime | None = None,
    details: Details = NONE,
    lock: locks.Lock | None = None,
) -> Iterator[OpenRun]:
    """Record what happens inside as a run, on a connection of its own: opened before, closed after, whatever happens.

    Args:
        kind: what sort of act: import, initdb, user, script.
        name: what it acts on, for people: `june.xlsx → orders`.
        arguments: what was asked for; secrets are masked here.
        started_at: when it began, if that was before the ledger could be written; now otherwise.
        lock: what the process holds while it acts, and lets go itself afterwards; a lock of this run's own otherwise.

    Raises:
        Failed: the run cannot be recorded; nothing inside was done.
    """
    run = OpenRun(token=uuid4().hex[:12])
    with _recordable(run):
        held = lock or locks.acquire(db.engine, locks.name_of_run(run.token))
    assert held is not None  # noqa: S101 - nobody else knows this token
    try:
        row = _row(run, kind, name, arguments, started_at, details, held)
        with _recordable(run), going_on(run, held, lambda: moves.add(row)):
            yield run
    finally:
        if lock is None:
            held.release()


@contextmanager
def going_on(run: OpenRun, lock: locks.Lock, begin: Callable[[], int]) -> Iterator[None]:
    """Begin a run by `begin()`, which returns its id; let its heart beat while what is inside goes on; close it."""
    ending = False
    try:
        with uninterrupted():
            run.id = begin()
            run.heart = Heart(run, channel_of(db.engine, run.folder), lock).start()
        log.info("run started", extra={"run": run.id})
        yield
        with uninterrupted():
            ending = True
            run.heart.stop()
            closing.close(run, "succeeded", None)
    except BaseException as error:  # an interruption between the row's commit and the act is one of these
        if ending:
            raise
        with uninterrupted():
            if run.heart is not None:
                run.heart.stop()
            if run.id:
                closing.close_after(run, error)
        raise


@contextmanager
def _recordable(run: OpenRun) -> Iterator[None]:
    """Turn what goes wrong before the run is recorded into a sentence that says so."""
    try:
        yield
    except (SQLAlchemyError, AppError, OSError) as error:
        if run.id:
            raise
        failure = failure_of(error)
        raise type(failure)(
            f"The run cannot be recorded, so nothing was done. {failure.message}", failure.hint
        ) from error


def _row(
    run: OpenRun,
    kind: str,
    name: str,
    arguments: dict[str, Any],
    started_at: datetime | None,
    details: Details,
    lock: locks.Lock,
) -> Run:
    commit, dirty = code_version()
    return Run(
        token=run.token,
        kind=kind,
        name=name[:LONGEST_NAME],
        state="running",
        dry_run=details.dry_run,
        operator=current_operator(),
        host=socket.gethostname(),
        pid=os.getpid(),
        git_commit=commit,
        git_dirty=dirty,
        script_id=details.script_id,
        script_sha256=details.script_sha256,
        arguments=masked(arguments),
        options=details.options,
        reason=details.reason,
        started_at=started_at or utc_now(),
        rows={},
        artifacts=[],
        lock_name=lock.name,
    )
