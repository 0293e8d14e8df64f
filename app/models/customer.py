"""`customers`: whom the shop sells to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Customer(Base):
    """A customer; the comments are the headers that people's sheets have. `created_at` is UTC, set by the database."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), index=True, comment="客户名称")
    phone: Mapped[str | None] = mapped_column(String(20), comment="电话")
    city: Mapped[str | None] = mapped_column(String(50), comment="城市")
    created_at: Mapped[datetime] = mapped_column(DateTime, server_default=func.now())
