"""What a user's other tokens, and their account, have to say when one is made."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from app.errors import Conflict, Refused
from app.models import ApiToken, User
from app.models.base import utc_now
from app.services import account_names

# Active ones of one user: more are made by a program that makes them without end.
MOST = 100
# How long lists show tokens that have ended. Who made and revoked them stays in the ledger.
KEPT = timedelta(days=90)


def check(session: Session, row: ApiToken) -> None:
    """Do nothing if this token may be made.

    Raises:
        Refused: its user is disabled, or has too many tokens.
        Conflict: another one of the user's is called so.
    """
    user = session.get_one(User, row.user_id)
    if user.disabled_at is not None:
        raise Refused(f'"{user.name}" is disabled.', f"Enable the account first: flask users enable {user.name}")
    active = _active_names(session, user.id)
    if any(account_names.key(name) == account_names.key(row.name) for name in active):
        raise Conflict(f'"{user.name}" has a token called "{row.name}".', "Choose another name, or revoke that one.")
    if len(active) >= MOST:
        raise Refused(f'"{user.name}" has {len(active)} tokens; {MOST} are the most.', "Revoke some of them.")


def forget(session: Session, user_id: int) -> int:
    """Delete a user's tokens that ended long ago; return how many."""
    ended_at = func.coalesce(ApiToken.revoked_at, ApiToken.expires_at)
    old = session.scalars(select(ApiToken.id).where(ApiToken.user_id == user_id, ended_at < utc_now() - KEPT)).all()
    if old:
        session.execute(delete(ApiToken).where(ApiToken.id.in_(old)), execution_options={"synchronize_session": False})
    return len(old)


def _active_names(session: Session, user_id: int) -> list[str]:
    lasting = or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > utc_now())
    of_user = select(ApiToken.name).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None), lasting)
    return list(session.scalars(of_user))
