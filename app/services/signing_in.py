"""Sign-in: a name and a password, and one answer to all that is wrong with them.

It is no run: no data of the team changes. A session is the caller's to begin.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import select, update

from app import signals
from app.errors import AppError
from app.models import User
from app.models.base import utc_now
from app.services import account_names, account_rows, passwords
from app.services.transactions import reading, writing

# No name is typed in more characters, composed or not; what is longer costs no time.
LONGEST_TYPED = 4 * account_names.LONGEST


class SignInFailed(AppError):
    """Nobody has this name and this password; which of them is wrong is not said."""

    status = 401


def sign_in(name: str, password: str, address: str = "") -> User:
    """Return the user who has this name, in any case and width, and this password; as they were before.

    Unknown names, wrong passwords and disabled users cost the same time: one verification each. A hash of yesterday's
    parameters is replaced.

    Args:
        address: the client's, for the signals; "" where it is not known.

    Raises:
        SignInFailed: nobody has both, or who has them is disabled.
    """
    user = account_rows.found(_everyone(), name) if len(name) <= LONGEST_TYPED else None
    nobodys = _nobodys_hash()
    is_right = passwords.verify(password, user.password_hash if user else nobodys)
    if user is None or not is_right or user.disabled_at is not None:
        of_whom = {"user": None, "name": ""} if user is None else {"user": user.id, "name": user.name}
        signals.send(signals.sign_in_failed, **of_whom, address=address)
        raise SignInFailed("The name or the password is wrong.")
    _signed_in(user, password)
    signals.send(signals.user_signed_in, user=user.id, name=user.name, address=address)
    return user


def _everyone() -> list[User]:
    with reading() as session:
        return list(session.scalars(select(User)))


@cache
def _nobodys_hash() -> str:
    """Return a hash whose password nobody knows. It is asked for at each sign-in, so that no name is told by it."""
    return passwords.hashed(passwords.generate())


def _signed_in(user: User, password: str) -> None:
    this_one = update(User).where(User.id == user.id)
    with writing() as session:
        session.execute(this_one.values(signed_in_at=utc_now()))
        if passwords.needs_rehash(user.password_hash):
            # Not over a password that was set meanwhile.
            unchanged = this_one.where(User.password_hash == user.password_hash)
            session.execute(unchanged.values(password_hash=passwords.hashed(password)))
