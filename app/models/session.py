"""`sessions`: what the console knows of each browser, where Redis does not keep it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime


class Session(Base):
    """A browser's session. The cookie has the id; the table has its hash alone, so that who reads it cannot sign in.

    Attributes:
        id_hash: SHA-256, as hex, of the id in the cookie.
        user_id: who is signed in; None before sign-in.
        data: what is kept of the session: a JSON object.
        address, agent: from where the last request came, and what the browser calls itself.
        created_at: sign-in; the absolute limit counts from here.
        seen_at: about when the last request came; the idle limit counts from here.
    """

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    id_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    data: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
