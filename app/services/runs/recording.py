"""Open a run before the act and close it after, whatever happens."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from app.errors import AppError, Busy
from app.extensions import db
from app.interrupts import uninterrupted
from app.runner import locks
from app.services.failures import failure_of
from app.services.runs import closing, moves, queued
from app.services.runs.channel import channel_of
from app.services.runs.heart import Heart
from app.services.runs.moves import Move
from app.services.runs.new_row import NONE, Details, new_row
from app.services.runs.open_run import OpenRun
from app.services.runs.sending import sent

log = logging.getLogger(__name__)

# The kinds of run that are one transaction, which can be broken off from elsewhere.
BROKEN_OFF = ("import", "undo")


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
        kind: what sort of act: import, initdb, user, script. A queued run of this kind that this process has taken up
            is what is recorded then.
        name: what it acts on, for people: `june.xlsx → orders`.
        arguments: what was asked for; secrets are masked here.
        started_at: when it began, if that was before the ledger could be written; now otherwise.
        lock: what the process holds while it acts, and lets go itself afterwards; a lock of this run's own otherwise.

    Raises:
        Failed: the run cannot be recorded; nothing inside was done.
    """
    waiting = queued.claimed(kind)
    run = OpenRun(token=waiting.token if waiting else uuid4().hex[:12], breaks_off=kind in BROKEN_OFF)
    with _recordable(run):
        held = lock or locks.acquire(db.engine, locks.name_of_run(run.token))
    assert held is not None  # noqa: S101 - nobody else knows this token
    try:
        row = new_row(run.token, kind, name, arguments, details, started_at=started_at, lock_name=held.name)
        begin = partial(queued.begin, waiting, row) if waiting else partial(moves.add, row)
        with _recordable(run), going_on(run, held, begin), _waiting_again(run, waiting):
            yield run
    finally:
        if lock is None:
            held.release()


@contextmanager
def going_on(run: OpenRun, lock: locks.Lock, begin: Callable[[], Move]) -> Iterator[None]:
    """Begin a run by `begin()`; let its heart beat while what is inside goes on; close it; send its files."""
    with sent(run), _beating(run, lock, begin):
        yield


@contextmanager
def _beating(run: OpenRun, lock: locks.Lock, begin: Callable[[], Move]) -> Iterator[None]:
    ending = False
    try:
        with uninterrupted():
            run.begin(begin())
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
            if run.id and (run.committed or run.pid != os.getpid() or lock.held()):
                closing.close_after(run, error)
            elif run.id:  # the server went away, or ended its connections: whoever finds the run says that it is lost
                log.warning("run not closed: its lock is gone", extra={"run": run.id})
        raise


@contextmanager
def _waiting_again(run: OpenRun, waiting: queued.Queued | None) -> Iterator[None]:
    """Have a queued run wait for its turn once more where others hold what it needs; it did nothing yet."""
    try:
        yield
    except Exception as error:
        if waiting is not None and run.breaks_off and isinstance(failure_of(error), Busy):
            run.ending = "queued"
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
