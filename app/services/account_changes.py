"""A change to a user: in a run, with all users locked; where it takes rights away, their sessions end with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.errors import AppError
from app.models import User
from app.services import account_rows, runs
from app.services.failures import failure_of
from app.services.runs import OpenRun
from app.services.runs.telling import tell_changed, tell_changing
from app.services.transactions import reading, writing

TABLES = (User.__tablename__,)

# Ends sessions of the user with this id; returns how many.
End = Callable[[int], int]


@dataclass(frozen=True)
class Change:
    """What was done to a user.

    Attributes:
        name: as it is kept.
        run_id: the run that says so.
        ended: how many sessions of theirs ended with it.
    """

    name: str
    changed: bool
    run_id: int
    ended: int = 0


def changed(
    act: str, name: str, change: Callable[[User, Sequence[User]], None], end: End | None = None, **arguments: Any
) -> Change:
    """Call `change` with the user and everyone, all rows locked, inside a run and its transaction.

    Args:
        end: what is called once a change is committed.
        arguments: what the run keeps beside the name.

    Raises:
        NotFound: there is no such user.
    """
    with reading() as session:
        name = account_rows.the_one(session.scalars(select(User)).all(), name).name
    ended = 0
    with runs.recorded("user", f"{act} {name}", {"name": name, **arguments}) as run:
        with transaction(run.id) as session:
            # Whoever else changes users waits here: two admins cannot disable each other at the same time.
            everyone = session.scalars(select(User).order_by(User.id).with_for_update()).all()
            user = account_rows.the_one(everyone, name)
            change(user, everyone)
            user_id, is_changed = user.id, session.is_modified(user)
        if is_changed:
            run.rows["users"] = {"updated": 1}
            ended = end_sessions(run, user_id, name, end) if end else 0
    return Change(name, is_changed, run.id, ended)


def end_sessions(run: OpenRun, user_id: int, name: str, end: End) -> int:
    """End sessions of a user, and have the run say how many; return that.

    Raises:
        AppError: they cannot be reached; the error says that they go on, and what to do.
    """
    try:
        ended = end(user_id)
    except (AppError, SQLAlchemyError) as error:
        failure = failure_of(error)
        raise type(failure)(
            f'The sessions of "{name}" go on. {failure.message}',
            f"All else is done. End them, once that is mended, with: flask users sign-out {name}",
            failure.for_record,
        ) from error
    if ended:
        run.rows["sessions"] = {"deleted": ended}
    return ended


@contextmanager
def transaction(run_id: int, tables: Collection[str] = TABLES) -> Iterator[Session]:
    """Give a writing session for a run that changes these tables.

    A database error leaves it without the statement's values, which hold hashes.
    The run keeps the text of the error that passes through it.
    """
    try:
        with writing() as session:
            yield session
            session.flush()
            tell_changing(run_id, tables)
        tell_changed(run_id, tables)
    except DBAPIError as error:
        raise failure_of(error) from error
