"""Rows of the ledger: a new run, and a run's move to its next state. Each is sealed into the chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.interrupts import uninterrupted
from app.models import Run, RunRequest
from app.models.run import MOVES
from app.services.runs import asked, chain, telling
from app.services.runs.alongside import write_alongside
from app.services.transactions import writing


@dataclass(frozen=True)
class Move:
    """A move that is committed: of which run, and the hash that seals it, which no other move has."""

    run_id: int
    hash: str


def add(row: Run, request: RunRequest | None = None) -> Move:
    """Record a new run, one that is queued with its request, and return its first move."""
    with uninterrupted(), writing() as session:
        session.add(row)
        chain.append(session, row)
        _add_request(session, row.id, request)
        facts, move = telling.facts_of(row), _move_of(row)
    telling.tell_moved(facts)
    return move


def queue(run_id: int, request: RunRequest, check: Callable[[Session, Run], bool], **changes: Any) -> bool:
    """Bring a run that is to go on to `queued`, with what is asked of it; see `move`."""
    with uninterrupted(), writing() as session:
        moved = move_within(session, run_id, "queued", check, **changes)
        if moved:
            _add_request(session, run_id, request)
        return moved


def move(run_id: int, state: str, check: Callable[[Session, Run], bool] | None = None, **changes: Any) -> Move | None:
    """Bring a run to `state`, and change these columns of its row with it.

    Args:
        check: looks at the locked row within the transaction, and says whether to go on.

    Returns: the move; None: `check` said no.

    Raises:
        NotFound: there is no such run.
        Conflict: a run in its state cannot become that.
    """
    with uninterrupted(), writing() as session:
        if not move_within(session, run_id, state, check, **changes):
            return None
        row = session.get_one(Run, run_id)
        facts, made = telling.facts_of(row), _move_of(row)
    telling.tell_moved(facts)
    return made


def move_within(
    session: Session,
    run_id: int,
    state: str,
    check: Callable[[Session, Run], bool] | None = None,
    **changes: Any,
) -> bool:
    """Do what `move` does in the session's transaction, untold. What was asked of a queued run follows its state.

    Whoever commits that does so soon, since the chain waits, and tells of it (`telling.tell_moved`) afterwards.
    """
    row = session.get(Run, run_id, with_for_update=True)
    if row is None:
        raise NotFound(f"Run {run_id} is no longer in the ledger.", "See what else is wrong: flask runs verify")
    if check is not None and not check(session, row):
        return False
    before = row.state
    if state not in MOVES[before]:
        raise Conflict(f"Run {run_id} is {before}; it cannot become {state}.", f"See: flask runs show {run_id}")
    row.state = state
    for name, value in changes.items():
        setattr(row, name, value)
    chain.append(session, row)
    asked.follow(session, row, before)
    return True


def _add_request(session: Session, run_id: int, request: RunRequest | None) -> None:
    if request is not None:
        asked.add(session, session.get_one(Run, run_id), request)
        write_alongside(session, run_id)


def _move_of(row: Run) -> Move:
    assert row.hash is not None  # noqa: S101 - the chain has just sealed it
    return Move(row.id, row.hash)
