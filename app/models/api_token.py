"""`api_tokens`: what programs sign in with. The token itself is shown once; the table has its hash alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime, utc_now


class ApiToken(Base):
    """A bearer token of a user.

    Attributes:
        name: what it is for, in its maker's words; a user's tokens have different ones.
        token_hash: SHA-256, as hex, of the token.
        shown: its first characters, by which people tell tokens apart; nobody finds the rest from them.
        role: the most that it may do: viewer, operator or admin; never more than its user may.
        expires_at: when it ends; None: never.
        used_at: about when it was used last; None: never.
        revoked_at: since when it is not taken any more.
    """

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    shown: Mapped[str] = mapped_column(String(16))
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
