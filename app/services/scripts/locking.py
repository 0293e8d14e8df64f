"""One instance of a script at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import Busy
from app.extensions import db
from app.models import Run
from app.runner import locks
from app.runner.script import Script
from app.services.runs import queries
from app.services.runs.settling import settle_lost


@contextmanager
def locked(script: Script, wait_s: float = 0) -> Iterator[locks.Lock]:
    """Hold the lock of a script; a run of it whose process died is lost from then on.

    Raises:
        Busy: another run of it goes on; says which.
    """
    name = locks.name_of_script(script.id)
    lock = locks.acquire(db.engine, name, wait_s)
    if lock is None:
        raise _busy(script, name)
    try:
        settle_lost(name)
        yield lock
    finally:
        lock.release()


def _busy(script: Script, name: str) -> Busy:
    hint = "Wait for it with --wait 300."
    holder = next(iter(queries.newest(1, queries.Filter(lock_name=name, state="running"))), None)
    if holder is None:
        return Busy(f"{script.name} is just being started by somebody else.", hint)
    return Busy(f"{script.name} is running as run {holder.id} ({_who(holder)}).", hint)


def _who(run: Run) -> str:
    parts = [run.operator, f"started {run.started_at.astimezone():%H:%M:%S}"]
    if run.progress_done and run.progress_total:
        parts.append(f"{run.progress_done * 100 // run.progress_total} %")
    return ", ".join(parts)
