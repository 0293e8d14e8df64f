"""One at a time: a lock that is a run's own, and who has it where it is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.errors import Busy
from app.extensions import db
from app.models import Run
from app.runner import locks
from app.services.runs import queries
from app.services.runs.settling import settle_lost


@dataclass(frozen=True)
class Claim:
    """What only one run may have at a time.

    Attributes:
        lock_name: see `app.runner.locks`.
        held_by: says, without a full stop, that this run has it.
        begun: says so of a run that is not on record yet.
    """

    lock_name: str
    held_by: Callable[[Run], str]
    begun: str


@contextmanager
def locked(claim: Claim, wait_s: float = 0) -> Iterator[locks.Lock]:
    """Hold a lock for the run inside; one that held it and whose process died is lost from then on.

    Raises:
        Busy: another run still has it after `wait_s` seconds; says which.
    """
    lock = locks.acquire(db.engine, claim.lock_name, wait_s)
    if lock is None:
        raise _busy(claim)
    try:
        settle_lost(claim.lock_name)
        yield lock
    finally:
        lock.release()


def _busy(claim: Claim) -> Busy:
    hint = "Wait for it with --wait 300."
    holder = next(iter(queries.newest(1, queries.Filter(lock_name=claim.lock_name, state="running"))), None)
    if holder is None:
        return Busy(f"{claim.begun}.", hint)
    return Busy(f"{claim.held_by(holder)} ({_who(holder)}).", hint)


def _who(run: Run) -> str:
    parts = [run.operator, f"started {run.started_at.astimezone():%H:%M:%S}"]
    if run.progress_done and run.progress_total:
        parts.append(f"{run.progress_done * 100 // run.progress_total} %")
    return ", ".join(parts)
