"""`rate_limits`: how often something was tried in the current window, where Redis does not count it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime


class RateLimit(Base):
    """A counter that starts anew after `expires_at`; `key_hash` is the SHA-256, as hex, of what is counted."""

    __tablename__ = "rate_limits"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
