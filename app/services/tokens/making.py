"""A token made: shown once, on record in the ledger without its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.errors import Invalid, Refused
from app.models import ApiToken, User
from app.models.base import utc_now
from app.models.user import ROLES
from app.services import accounts, runs
from app.services.account_changes import transaction
from app.services.tokens.names import normalised
from app.services.tokens.others import check, forget
from app.services.tokens.roles import is_above, lower
from app.services.tokens.text import hash_of, new_text, shown_of
from app.services.tokens.token import Token, token_of
from app.services.transactions import reading

TABLE = ApiToken.__tablename__
DEFAULT_LIFE = timedelta(days=90)
LONGEST_LIFE = timedelta(days=365)


@dataclass(frozen=True)
class Created:
    """A new token.

    Attributes:
        text: the token itself, which nobody can read again.
        run_id: the run that says who made it.
    """

    token: Token
    text: str
    run_id: int


def create(
    user_name: str,
    token_name: str,
    role: str | None = None,
    expires_in: timedelta | None = DEFAULT_LIFE,
    by: Token | None = None,
) -> Created:
    """Make a token. All is checked before the run is opened, and what others may change meanwhile once more inside.

    Args:
        role: the most that it may do; the user's own by default.
        expires_in: None: it never does.
        by: the token with which it is made. The new one may do no more, and ends with it at the latest.

    Raises:
        NotFound: there is no such user.
        BadName: no token can be called so.
        Invalid: it would live too long, or not at all.
        Refused: the role is above the user's, or that of `by`; or the user is disabled, or has too many.
        Conflict: another token of the user is called so.
    """
    user = accounts.get(user_name)
    text = new_text()
    row = ApiToken(
        user_id=user.id,
        name=normalised(token_name),
        token_hash=hash_of(text),
        shown=shown_of(text),
        role=_role_for(user, role, by),
        expires_at=_end_of(expires_in, by),
    )
    with reading() as session:
        check(session, row)
    with runs.recorded("token", f"create {user.name}: {row.name}", _arguments(row, user, by)) as run:
        with transaction(run.id, [TABLE]) as session:
            session.scalar(select(User.id).where(User.id == user.id).with_for_update())  # one at a time for a user
            check(session, row)
            forgotten = forget(session, user.id)
            session.add(row)
            session.flush()
            token = token_of(row, user.name)
        run.rows[TABLE] = {"inserted": 1, "deleted": forgotten} if forgotten else {"inserted": 1}
    return Created(token, text, run.id)


def _role_for(user: User, role: str | None, by: Token | None) -> str:
    most = lower(user.role, by.role) if by else user.role
    if role is None:
        return most
    if role not in ROLES:
        raise Invalid(f'There is no role "{role}".', f"Choose one of: {', '.join(ROLES)}.")
    if is_above(role, most):
        whose = "this token" if is_above(user.role, most) else f'"{user.name}"'
        raise Refused(f"The role {role} is above that of {whose}, {most}.", "A token does no more than who makes it.")
    return role


def _end_of(expires_in: timedelta | None, by: Token | None) -> datetime | None:
    if expires_in is not None and not timedelta() < expires_in <= LONGEST_LIFE:
        raise Invalid(f"A token lives 1 to {LONGEST_LIFE.days} days, or never expires.", "Make another in time.")
    ends = [] if expires_in is None else [utc_now() + expires_in]
    if by and by.expires_at:
        ends.append(by.expires_at)
    return min(ends, default=None)


def _arguments(row: ApiToken, user: User, by: Token | None) -> dict[str, str | None]:
    """Return what the ledger keeps; masking would take away what is called a token."""
    return {
        "name": user.name,
        "called": row.name,
        "shown": row.shown,
        "role": row.role,
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        "made_by": by.shown if by else None,
    }
