"""Claim runs that wait: each goes to one process, in turn, and never more go on at once than may.

Whoever claims holds the root of the ledger's chain meanwhile, as whoever moves a run does: so claims stand one behind
the other, and each sees what went before. That takes milliseconds.
"""

from __future__ import annotations

import os
import socket
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from app.errors import Busy, Conflict
from app.models import Run, RunRequest
from app.models.base import utc_now
from app.models.run import GOES_ON
from app.services.queue.limits import KINDS, limits
from app.services.runs import chain
from app.services.transactions import reading, writing

# How long a run rests that others were in the way of, before it has its turn again.
RESTS_S = 2.0
# Of those that wait, how many are looked at to see whether any may go.
MOST_LOOKED_AT = 100

_WAITS = (RunRequest.claim.is_(None), Run.state == "queued")


@dataclass(frozen=True)
class Claim:
    """A run that this process may take up, and what it has drawn for that."""

    run_id: int
    value: str


def claim_next() -> Claim | None:
    """Claim the first run that may go now; None: there is none.

    Raises:
        SQLAlchemyError: the database cannot be written to.
    """
    with writing() as session:
        chain.lock_root(session)
        run_id = session.scalar(_eligible(_taken(session)).with_only_columns(RunRequest.run_id).limit(1))
        return None if run_id is None else _claimed(session, run_id)


def claim(run_id: int) -> Claim:
    """Claim a run that waits, whatever goes on beside it.

    Raises:
        Conflict: it does not wait. Busy: another process has it.
    """
    with writing() as session:
        chain.lock_root(session)
        query = select(Run.state, RunRequest).outerjoin(RunRequest).where(Run.id == run_id)
        state, request = session.execute(query).one()
        if state == "running" or (state == "queued" and request is not None and request.claim is not None):
            raise Busy(f"Another process has run {run_id}.", f"See: flask runs show {run_id}")
        if state != "queued" or request is None:
            raise Conflict(f"Run {run_id} is {state}: it does not wait for a process.", "See: flask runs list")
        return _claimed(session, run_id)


def put_back(claim: Claim) -> None:
    """Let a run that was claimed, and has not begun, wait for its turn again, after a rest."""
    waits = {"claim": None, "claimed_by": None, "claimed_at": utc_now()}
    with writing() as session:
        mine = (RunRequest.run_id == claim.run_id) & (RunRequest.claim == claim.value)
        session.execute(update(RunRequest).where(mine).values(waits))


def may_go() -> int:
    """Return how many runs may go now, each beside the others, as far as anybody can tell before they are claimed."""
    with reading() as session:
        taken, found = _taken(session), 0
        for act, lock_name in session.execute(_eligible(taken).limit(MOST_LOOKED_AT)):
            if KINDS[act] not in taken.full() and lock_name not in taken.locks:
                taken.take(act, lock_name)
                found += 1
        return found


def waiting() -> int:
    """Return how many runs wait to be claimed."""
    with reading() as session:
        query = select(func.count()).select_from(RunRequest).join(Run).where(*_WAITS)
        return session.scalar(query) or 0


def waits_since() -> datetime | None:
    """Return since when the run has waited that may go now and has waited longest; None: none may go."""
    with reading() as session:
        since = func.min(func.coalesce(RunRequest.claimed_at, RunRequest.created_at))
        return session.scalar(_eligible(_taken(session)).with_only_columns(since).order_by(None))


def holders() -> set[str]:
    """Return the processes that have a run of the queue, as `here` names them."""
    with reading() as session:
        return {by or "" for by in session.scalars(select(RunRequest.claimed_by).where(RunRequest.claim.is_not(None)))}


def here(pid: int = 0) -> str:
    """Return the name of this process, or of another one of this host, as claims have it."""
    return f"{socket.gethostname()}:{pid or os.getpid()}"


@dataclass
class _Taken:
    """What goes on: how many runs of each kind of the queue, and the locks that runs have, or will."""

    kinds: Counter[str]
    locks: set[str]

    def take(self, act: str, lock_name: str | None) -> None:
        """Add a run."""
        self.kinds[KINDS[act]] += 1
        if lock_name is not None:
            self.locks.add(lock_name)

    def full(self) -> set[str]:
        """Return the kinds of which as many go on as may."""
        return {kind for kind, most in limits().items() if self.kinds[kind] >= most}


def _taken(session: Session) -> _Taken:
    running = session.scalars(select(Run.lock_name).where(Run.state == "running", Run.lock_name.is_not(None)))
    taken = _Taken(Counter(), {name for name in running if name})
    query = select(RunRequest.act, RunRequest.lock_name).join(Run)
    going_on = query.where(RunRequest.claim.is_not(None), Run.state.in_(GOES_ON))
    for act, lock_name in session.execute(going_on):
        taken.take(act, lock_name)
    return taken


def _eligible(taken: _Taken) -> Select[str, str | None]:
    """Return the query for the acts and locks of the runs that may go, the first one first."""
    full = [act for act, kind in KINDS.items() if kind in taken.full()]
    rested = or_(RunRequest.claimed_at.is_(None), RunRequest.claimed_at < utc_now() - timedelta(seconds=RESTS_S))
    free = or_(RunRequest.lock_name.is_(None), RunRequest.lock_name.not_in(taken.locks))
    query = select(RunRequest.act, RunRequest.lock_name).join(Run)
    may = query.where(*_WAITS, rested, free, RunRequest.act.not_in(full))
    return may.order_by(RunRequest.priority.desc(), RunRequest.turn, RunRequest.run_id)


def _claimed(session: Session, run_id: int) -> Claim:
    value = uuid4().hex
    mine = {"claim": value, "claimed_by": here(), "claimed_at": utc_now()}
    free = (RunRequest.run_id == run_id) & RunRequest.claim.is_(None)
    done = session.connection().execute(update(RunRequest).where(free).values(mine))
    if done.rowcount != 1:
        raise Busy(f"Another process has run {run_id}.", f"See: flask runs show {run_id}")
    return Claim(run_id, value)
