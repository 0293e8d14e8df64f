"""Users: made, given a role, disabled, enabled, signed out, given a new password; each change is a run.

What takes rights away ends the user's sessions, once it is committed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import func, select, update

from app import signals
from app.errors import Conflict, Invalid, Refused
from app.models import User
from app.models.base import utc_now
from app.models.user import ADMIN, LANGUAGES
from app.services import account_names, account_rows, passwords, runs, sessions
from app.services.account_changes import Change, changed, end_sessions, transaction
from app.services.paging import PER_PAGE, Page, paged
from app.services.search_text import search_text
from app.services.transactions import reading, writing

# What a list of users shows: everything but the hash.
SHOWN = ("id", "name", "role", "must_change_password", "disabled_at", "created_at")


class WrongPassword(Refused):
    """The password that should show who asks is not theirs."""


def all_users() -> list[User]:
    """Return every user, by name."""
    with reading() as session:
        return sorted(session.scalars(select(User)), key=lambda user: account_names.key(user.name))


def users_page(number: int = 1, per_page: int = PER_PAGE, search: str = "", role: str | None = None) -> Page[User]:
    """Return a page of the users with this text in their names, and this role if one is named, by name.

    See `paged` and `search_text` for errors.
    """
    wanted = unicodedata.normalize("NFKC", search_text(search))
    query = select(User).where(User.name.contains(wanted, autoescape=True))
    if role is not None:
        query = query.where(User.role == role)
    with reading() as session:
        found = paged(session, query.order_by(func.lower(User.name), User.name), number, per_page)
        return found.mapped(lambda row: row[0])


def get(name: str) -> User:
    """Return the user called `name`, in any case and width.

    Raises:
        NotFound: there is none; the error names the one that was probably meant.
    """
    with reading() as session:
        return account_rows.the_one(session.scalars(select(User)).all(), name)


def check_free(name: str) -> str:
    """Return `name` as it would be kept, if a new user may have it.

    Raises:
        BadName: no user may have it.
        Conflict: somebody has it.
    """
    with reading() as session:
        return account_rows.free(session, name)


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
        with transaction(run.id) as session:
            account_rows.free(session, name)
            account_rows.insert(session, user)
        run.rows["users"] = {"inserted": 1}
    signals.send(signals.user_created, run=run.id, name=name, role=role)
    return Change(name, changed=True, run_id=run.id)


def set_role(name: str, role: str) -> Change:
    """Give a user another role; their sessions end.

    Raises:
        NotFound: there is no such user.
        Refused: this is the last enabled admin.
    """

    def give(user: User, everyone: Sequence[User]) -> None:
        if role != ADMIN:
            _refuse_if_last_admin(user, everyone)
        user.role = role

    return changed("set-role", name, give, sessions.end_all, role=role)


def disable(name: str) -> Change:
    """Keep a user from signing in, and end their sessions; nothing changes for one who is disabled already.

    Raises:
        NotFound: there is no such user.
        Refused: this is the last enabled admin.
    """

    def shut(user: User, everyone: Sequence[User]) -> None:
        _refuse_if_last_admin(user, everyone)
        user.disabled_at = user.disabled_at or utc_now()

    return changed("disable", name, shut, sessions.end_all)


def enable(name: str) -> Change:
    """Let a disabled user sign in again.

    Raises:
        NotFound: there is no such user.
    """

    def open_(user: User, _everyone: Sequence[User]) -> None:
        user.disabled_at = None

    return changed("enable", name, open_)


def reset_password(name: str, password: str, must_change_password: bool = False) -> Change:
    """Give a user another password, and end their sessions. The password is checked before the run is opened.

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

    return changed("reset-password", name, replace, sessions.end_all, must_change=must_change_password)


def change_password(name: str, old: str, new: str, except_session: str | None = None) -> Change:
    """Give a user the password that they chose, and end their sessions. It is checked before the run is opened.

    Args:
        except_session: the id of the session that goes on.

    Raises:
        NotFound: there is no such user.
        WrongPassword: `old` is not the user's.
        Invalid: `new` is the same.
        WeakPassword: this user may not have it.
        Conflict: somebody else has changed it meanwhile.
    """
    known = get(name)
    if not passwords.verify(old, known.password_hash):
        raise WrongPassword("The old password is wrong.", "Type the one that you signed in with.")
    passwords.check(new, known.name)
    if passwords.prepared(new) == passwords.prepared(old):
        raise Invalid("The new password is the old one.", "Choose another.")
    password_hash = passwords.hashed(new)

    def replace(user: User, _everyone: Sequence[User]) -> None:
        if user.password_hash != known.password_hash:
            raise Conflict("The password was changed meanwhile.", "Sign in with the new one.")
        user.password_hash = password_hash
        user.must_change_password = False

    return changed("change-password", known.name, replace, partial(sessions.end_all, except_id=except_session))


def sign_out(name: str) -> Change:
    """End all sessions of a user; nothing changes for one who has none.

    Raises:
        NotFound: there is no such user.
    """
    user = get(name)
    with runs.recorded("user", f"sign-out {user.name}", {"name": user.name}) as run:
        ended = end_sessions(run, user.id, user.name, sessions.end_all)
    return Change(user.name, ended > 0, run.id, ended)


def choose_language(name: str, language: str | None) -> None:
    """Keep which language a user's pages are in; None: as the browser asks. It is no run: no data of the team changes.

    Raises:
        NotFound: there is no such user.
        Invalid: the pages are not in that language.
    """
    if language not in (*LANGUAGES, None):
        raise Invalid(f'The pages are not in "{language}".', f"Choose one of: {', '.join(LANGUAGES)}.")
    user_id = get(name).id
    with writing() as session:
        session.execute(update(User).where(User.id == user_id).values(language=language))


def as_dict(user: User) -> dict[str, Any]:
    """Return what may be shown of a user: everything but the hash; times in ISO 8601, UTC."""
    values = {name: getattr(user, name) for name in SHOWN}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _refuse_if_last_admin(user: User, everyone: Sequence[User]) -> None:
    admins = [one for one in everyone if one.role == ADMIN and one.disabled_at is None]
    if admins == [user]:
        raise Refused(
            f'"{user.name}" is the last enabled admin; without one nobody could manage users.',
            "Make another one first: flask users set-role NAME admin",
        )
