"""Users: made, given a role, disabled, enabled, given a new password; each change is a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound, Refused
from app.models import User
from app.models.base import utc_now
from app.services import account_names, passwords, runs
from app.services.failures import failure_of
from app.services.transactions import reading, writing

# What a list of users shows: everything but the hash.
SHOWN = ("id", "name", "role", "must_change_password", "disabled_at", "created_at")

ADMIN = "admin"


@dataclass(frozen=True)
class Change:
    """What was done to a user: the name as it is kept, whether anything changed, and the run that says so."""

    name: str
    changed: bool
    run_id: int


def all_users() -> list[User]:
    """Return every user, by name."""
    with reading() as session:
        return sorted(session.scalars(select(User)), key=lambda user: account_names.key(user.name))


def get(name: str) -> User:
    """Return the user called `name`, in any case and width.

    Raises:
        NotFound: there is none; the error names the one that was probably meant.
    """
    with reading() as session:
        return _the_one(session.scalars(select(User)).all(), name)


def check_free(name: str) -> str:
    """Return `name` as it would be kept, if a new user may have it.

    Raises:
        BadName: no user may have it.
        Conflict: somebody has it.
    """
    with reading() as session:
        return _free(session, name)


def create_user(name: str, password: str, role: str, must_change_password: bool = False) -> Change:
    """Make a user. Name and password are checked before the run is opened.

    Raises:
        BadName, WeakPassword: nobody may have this name, or this user this password.
        Conflict: the name is taken, by the same one in other letters too.
    """
    name = check_free(name)
    passwords.check(password, name)
    user = User(
        name=name, role=role, password_hash=passwords.hashed(password), must_change_password=must_change_password
    )
    arguments = {"name": name, "role": role, "must_change": must_change_password}
    with runs.recorded("user", f"create-user {name}", arguments) as run:
        with _transaction() as session:
            _free(session, name)
            _insert(session, user)
        run.rows["users"] = {"inserted": 1}
    return Change(name, changed=True, run_id=run.id)


def set_role(name: str, role: str) -> Change:
    """Give a user another role.

    Raises:
        NotFound: there is no such user.
        Refused: this is the last enabled admin.
    """

    def give(user: User, everyone: Sequence[User]) -> None:
        if role != ADMIN:
            _refuse_if_last_admin(user, everyone)
        user.role = role

    return _change("set-role", name, give, role=role)


def disable(name: str) -> Change:
    """Keep a user from signing in; nothing changes for one who is disabled already.

    Raises:
        NotFound: there is no such user.
        Refused: this is the last enabled admin.
    """

    def shut(user: User, everyone: Sequence[User]) -> None:
        _refuse_if_last_admin(user, everyone)
        user.disabled_at = user.disabled_at or utc_now()

    return _change("disable", name, shut)


def enable(name: str) -> Change:
    """Let a disabled user sign in again.

    Raises:
        NotFound: there is no such user.
    """

    def open_(user: User, _everyone: Sequence[User]) -> None:
        user.disabled_at = None

    return _change("enable", name, open_)


def reset_password(name: str, password: str, must_change_password: bool = False) -> Change:
    """Give a user another password. It is checked before the run is opened.

    Raises:
        NotFound: there is no such user.
        WeakPassword: this user may not have it.
    """
    name = get(name).name
    passwords.check(password, name)
    password_hash = passwords.hashed(password)

    def replace(user: User, _everyone: Sequence[User]) -> None:
        user.password_hash = password_hash
        user.must_change_password = must_change_password

    return _change("reset-password", name, replace, must_change=must_change_password)


def as_dict(user: User) -> dict[str, Any]:
    """Return what may be shown of a user: everything but the hash; times in ISO 8601, UTC."""
    values = {name: getattr(user, name) for name in SHOWN}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _change(act: str, name: str, change: Callable[[User, Sequence[User]], None], **arguments: Any) -> Change:
    """Call `change` with the user and everyone, all rows locked, inside a run and its transaction."""
    name = get(name).name
    with runs.recorded("user", f"{act} {name}", {"name": name, **arguments}) as run:
        with _transaction() as session:
            # Whoever else changes users waits here: two admins cannot disable each other at the same time.
            everyone = session.scalars(select(User).order_by(User.id).with_for_update()).all()
            user = _the_one(everyone, name)
            change(user, everyone)
            changed = session.is_modified(user)
        if changed:
            run.rows["users"] = {"updated": 1}
    return Change(name, changed, run.id)


def _refuse_if_last_admin(user: User, everyone: Sequence[User]) -> None:
    admins = [one for one in everyone if one.role == ADMIN and one.disabled_at is None]
    if admins == [user]:
        raise Refused(
            f'"{user.name}" is the last enabled admin; without one nobody could manage users.',
            "Make another one first: flask users set-role NAME admin",
        )


def _the_one(users: Sequence[User], name: str) -> User:
    wanted = account_names.key(name)
    for user in users:
        if account_names.key(user.name) == wanted:
            return user
    meant = account_names.closest(name, [user.name for user in users])
    hint = f'Did you mean "{meant}"?' if meant else "See them with: flask users list"
    raise NotFound(f'There is no user "{name}".', hint)


def _free(session: Session, name: str) -> str:
    """Return `name` normalised. The keys are compared here: SQLite knows the case of ASCII letters only."""
    name = account_names.normalised(name)
    for kept in session.scalars(select(User.name)):
        if account_names.key(kept) == account_names.key(name):
            raise _taken(name, kept)
    return name


def _insert(session: Session, user: User) -> None:
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


@contextmanager
def _transaction() -> Iterator[Session]:
    """Give a writing session; a database error leaves it without the statement's values, which hold the hash.

    The run keeps the text of the error that passes through it.
    """
    try:
        with writing() as session:
            yield session
    except DBAPIError as error:
        raise failure_of(error) from None
