"""`runs`: the ledger. One row for each execution of a command or script that changes data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Enum, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime

# Every state, and the states that may follow it.
MOVES: dict[str, tuple[str, ...]] = {
    "queued": ("running", "cancelled"),
    "running": ("paused", "succeeded", "failed", "cancelled", "lost"),
    "paused": ("queued", "running", "cancelled"),
    "lost": ("queued", "running", "cancelled"),
    "succeeded": (),
    "failed": (),
    "cancelled": (),
}


class Run(Base):
    """Who did what, when, with which arguments and which code, and which rows it touched.

    `rows` is `{table: {"inserted": n, ...}}`; `arguments` is what was asked for, with secrets masked.
    """

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(Enum(*MOVES, name="state"), index=True)
    operator: Mapped[str] = mapped_column(String(100))
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int]
    git_commit: Mapped[str | None] = mapped_column(String(40))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rows: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(Text)
