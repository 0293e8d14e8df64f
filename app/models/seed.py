"""`seeds`: the SQL files that `initdb` has loaded, so that it loads each once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime, utc_now


class Seed(Base):
    """A file's content by its hash, the name it had, and the run that loaded it."""

    __tablename__ = "seeds"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
