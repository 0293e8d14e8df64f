"""Rows of the ledger: a new run, and a run's move to its next state. Each is sealed into the chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.interrupts import uninterrupted
from app.models import Run
from app.models.run import MOVES
from app.services.runs import chain
from app.services.transactions import writing


def add(row: Run) -> int:
    """Record a new run and return its id."""
    with uninterrupted(), writing() as session:
        session.add(row)
        chain.append(session, row)
        return row.id


def move(run_id: int, state: str, check: Callable[[Session, Run], bool] | None = None, **changes: Any) -> bool:
    """Bring a run to `state`, and change these columns of its row with it.

    Args:
        check: looks at the locked row within the transaction, and says whether to go on.

    Returns: whether it moved; `check` said no otherwise.

    Raises:
        NotFound: there is no such run.
        Conflict: a run in its state cannot become that.
    """
    with uninterrupted(), writing() as session:
        return move_within(session, run_id, state, check, **changes)


def move_within(
    session: Session,
    run_id: int,
    state: str,
    check: Callable[[Session, Run], bool] | None = None,
    **changes: Any,
) -> bool:
    """Do what `move` does in the session's transaction; whoever commits that does so soon, since the chain waits."""
    row = session.get(Run, run_id, with_for_update=True)
    if row is None:
        raise NotFound(f"Run {run_id} is no longer in the ledger.", "See what else is wrong: flask runs verify")
    if check is not None and not check(session, row):
        return False
    if state not in MOVES[row.state]:
        raise Conflict(f"Run {run_id} is {row.state}; it cannot become {state}.", f"See: flask runs show {run_id}")
    row.state = state
    for name, value in changes.items():
        setattr(row, name, value)
    chain.append(session, row)
    return True
