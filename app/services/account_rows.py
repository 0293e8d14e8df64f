"""Rows of users, found and put by the keys of their names."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.models import User
from app.services import account_names


def found(users: Sequence[User], name: str) -> User | None:
    """Return the user of `users` who is called `name`, in any case and width; None if nobody is."""
    wanted = account_names.key(name)
    return next((user for user in users if account_names.key(user.name) == wanted), None)


def the_one(users: Sequence[User], name: str) -> User:
    """Return the user of `users` who is called `name`, as `found` does.

    Raises:
        NotFound: there is none; the error names the one that was probably meant.
    """
    user = found(users, name)
    if user is not None:
        return user
    meant = account_names.closest(name, [user.name for user in users])
    hint = f'Did you mean "{meant}"?' if meant else "See them with: flask users list"
    raise NotFound(f'There is no user "{name}".', hint)


def free(session: Session, name: str) -> str:
    """Return `name` normalised. The keys are compared here: SQLite knows the case of ASCII letters only.

    Raises:
        BadName: no user may have it.
        Conflict: somebody has it.
    """
    name = account_names.normalised(name)
    for kept in session.scalars(select(User.name)):
        if account_names.key(kept) == account_names.key(name):
            raise _taken(name, kept)
    return name


def insert(session: Session, user: User) -> None:
    """Insert a user.

    Raises:
        Conflict: somebody has the name.
    """
    name = user.name
    try:
        session.add(user)
        session.flush()
    except IntegrityError:
        # Somebody was quicker, or MariaDB's collation finds the name equal to one that has other accents.
        session.rollback()
        kept = session.scalar(select(User.name).where(User.name == name))
        if kept is None:
            raise
        raise _taken(name, kept) from None


def _taken(name: str, kept: str) -> Conflict:
    other = "" if name == kept else f' (as "{kept}")'
    return Conflict(f'The name "{name}" is taken{other}.', "Choose another name. See them with: flask users list")
