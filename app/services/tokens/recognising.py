"""Whose token it is that a request brings."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.asker import SignedIn
from app.extensions import db
from app.models import ApiToken, User
from app.models.base import utc_now
from app.services.tokens.roles import lower
from app.services.tokens.text import hash_of, is_written_like_one
from app.services.transactions import write_if_free

log = logging.getLogger(__name__)

NOTED_EVERY = timedelta(minutes=1)
# Every request asks this: columns alone, written once, take a quarter of the time that two objects take.
_TOKEN_AND_USER = (
    select(ApiToken.id, ApiToken.role, ApiToken.used_at, User.id, User.name, User.role, User.language)
    .join(User, User.id == ApiToken.user_id)
    .where(
        ApiToken.token_hash == bindparam("hash"),
        ApiToken.revoked_at.is_(None),
        or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > bindparam("now")),
        User.disabled_at.is_(None),
    )
)


@dataclass(frozen=True)
class Recognised:
    """Who asks by a token.

    Attributes:
        user: with the lower one of the token's role and the user's own.
    """

    user: SignedIn
    token_id: int


def recognise(text: str) -> Recognised | None:
    """Return whose token `text` is; None where it is nobody's, revoked, expired, or its user disabled.

    A password that has to be changed is no matter of programs: such a user's tokens go on.
    """
    if not is_written_like_one(text):
        return None
    now = utc_now()
    with db.engine.connect() as connection:
        found = connection.execute(_TOKEN_AND_USER, {"hash": hash_of(text), "now": now}).one_or_none()
    if found is None:
        return None
    token_id, token_role, used_at, user_id, name, role, language = found
    if used_at is None or now - used_at >= NOTED_EVERY:
        _note_use(token_id, now)
    return Recognised(SignedIn(user_id, name, lower(token_role, role), language), token_id)


def _note_use(token_id: int, now: datetime) -> None:
    """Keep when a token was used. Where the database cannot just now, the request goes on all the same."""

    def write(session: Session) -> None:
        # Of many requests at once, one writes; the others find the row locked, and pass it by.
        row = session.scalar(select(ApiToken).where(ApiToken.id == token_id).with_for_update(skip_locked=True))
        if row is not None:
            row.used_at = now

    try:
        write_if_free(write)
    except SQLAlchemyError:
        log.warning("when token %s was used is not kept", token_id, exc_info=True)
