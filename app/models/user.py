"""`users`: who may sign in to the console and the API."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Enum, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime, utc_now

ROLES = ("viewer", "operator", "admin")
ADMIN = ROLES[-1]
LANGUAGES = ("en", "zh")


class User(Base):
    """A person with a name, a password and a role.

    Attributes:
        disabled_at: set means that they cannot sign in.
        language: of the console's pages: en or zh; None: as the browser asks.
        signed_in_at: when they last signed in.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(Enum(*ROLES, name="role"))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    language: Mapped[str | None] = mapped_column(String(10))
    signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
