"""Queued runs: rows of the ledger that wait for a process, and the process that takes one up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.models import Run, RunRequest
from app.services.runs import moves
from app.services.runs.moves import Move
from app.services.runs.storable import storable

# What a queued run does not know before it begins: its process, its code, and what comes of reading what it was asked.
OF_EACH_ATTEMPT = ("host", "pid", "git_commit", "git_dirty", "script_sha256")
KNOWN_AT_BEGIN = (*OF_EACH_ATTEMPT, "options", "reason", "started_at", "lock_name")


@dataclass(frozen=True)
class Queued:
    """A queued run that this process takes up.

    Attributes:
        claim: what this process has drawn for it: see `RunRequest`.
        begun: it went on before.
        goes_on: it is to go on after its checkpoint; otherwise it is done from the start.
    """

    run_id: int
    token: str
    kind: str
    claim: str
    begun: bool
    goes_on: bool


_taken_up: ContextVar[Queued | None] = ContextVar("taken_up", default=None)
_again: ContextVar[bool] = ContextVar("again", default=False)


@contextmanager
def taking_up(queued: Queued) -> Iterator[None]:
    """Have the next run of its kind that is recorded inside be the one that is queued; or that one be resumed."""
    before, again = _taken_up.set(queued), _again.set(queued.begun)
    try:
        yield
    finally:
        _taken_up.reset(before)
        _again.reset(again)


def claimed(kind: str) -> Queued | None:
    """Return the queued run that a run of this kind is to be, for the first who asks; None: it is a new one."""
    queued = _taken_up.get()
    if queued is None or queued.goes_on or queued.kind != kind:
        return None
    _taken_up.set(None)
    return queued


def resumed(run_id: int) -> Queued | None:
    """Return the queued run if this process has taken it up to go on with it; None: it goes on by itself."""
    queued = _taken_up.get()
    return queued if queued is not None and queued.goes_on and queued.run_id == run_id else None


def is_again() -> bool:
    """Tell whether a process has begun before, and died, with what is done here: it may have left something."""
    return _again.get()


def begin(queued: Queued, row: Run) -> Move:
    """Bring a queued run to running, with what `row`, which is never recorded, says of it; return that move.

    What was asked, and by whom, stays as it was queued; what it once began with stays as well.

    Raises:
        Conflict: it was cancelled meanwhile, another process has it, or it is to do something else than it began with.
    """

    def fits(session: Session, now: Run) -> bool:
        if queued.begun and _as_json(row.options) != now.options:
            raise Conflict(
                f"Run {now.id} would do something else now than when it began: its file or its table has changed.",
                "Nothing of it was kept. Ask for it again.",
            )
        return is_claimed(session, queued)

    names = OF_EACH_ATTEMPT if queued.begun else KNOWN_AT_BEGIN
    values = {name: getattr(row, name) for name in names}
    return checked(queued, moves.move(queued.run_id, row.state, fits, error=None, finished_at=None, **values))


def is_claimed(session: Session, queued: Queued) -> bool:
    """Tell whether a run is still this process's, while the run's row is locked."""
    query = select(RunRequest.claim).where(RunRequest.run_id == queued.run_id).with_for_update()
    return session.scalar(query) == queued.claim


def checked(queued: Queued, move: Move | None) -> Move:
    """Return a move that began a run, if it was made.

    Raises:
        Conflict: it was not: another process has the run.
    """
    if move is None:
        raise Conflict(f"Another process has run {queued.run_id}.", f"See: flask runs show {queued.run_id}")
    return move


def _as_json(options: dict[str, Any]) -> Any:
    return json.loads(json.dumps(storable(options)))
