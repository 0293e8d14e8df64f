"""`runs`: the ledger. One row for each execution of a command or script that changes data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Enum, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime

# The largest that MySQL's INT holds (MySQL manual, "Integer Types").
LARGEST_ID = 2**31 - 1

# Every state, and the states that may follow it.
MOVES: dict[str, tuple[str, ...]] = {
    "queued": ("running", "failed", "cancelled", "lost"),
    "running": ("queued", "paused", "succeeded", "failed", "cancelled", "lost"),
    "paused": ("queued", "running", "cancelled"),
    "lost": ("queued", "running", "cancelled"),
    "succeeded": (),
    "failed": ("queued", "running", "cancelled"),
    "cancelled": (),
}
# Those in which a process works on it, or will.
GOES_ON = ("queued", "running")


class Run(Base):
    """Who did what, when, with which arguments and which code, and which rows it touched.

    What the hash chain of `run_moves` covers is written with a move only; the columns after `lock_name` change while
    the run goes on.

    Attributes:
        token: 12 hex digits at random: names the run's folder of log and artifacts whichever database its id is from.
        dry_run: everything was rolled back.
        git_dirty: tracked files differed from the commit; None outside a git checkout.
        script_id: the script's declared id, which outlives its file's name; None for what is no script.
        script_sha256: the hash of the script's file.
        arguments: what was asked for, with secrets masked; for a script its parameters as a form has them.
        options: what the runner was told beside that: max_rows, throttle, apply.
        reason: why, in the operator's words.
        rows: `{table: {"inserted": n, "updated": n, "deleted": n}}`.
        artifacts: the files that it left, `[{"name": , "size": bytes, "sha256": }]`.
        prev_hash, hash: those of its last move.
        lock_name: the lock that its process holds as long as it lives; running and the lock free: lost. None until it
            begins.
        progress_done, progress_total: items, of how many where that is known.
        stop_requested: pause or cancel, until the run does so at its next checkpoint.
    """

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(12), server_default="")
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(Enum(*MOVES, name="state"), index=True)
    dry_run: Mapped[bool] = mapped_column(server_default=false())
    operator: Mapped[str] = mapped_column(String(100))
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int]
    git_commit: Mapped[str | None] = mapped_column(String(40))
    git_dirty: Mapped[bool | None]
    script_id: Mapped[str | None] = mapped_column(String(100), index=True)
    script_sha256: Mapped[str | None] = mapped_column(String(64))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rows: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(Text)
    artifacts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    prev_hash: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64))
    lock_name: Mapped[str | None] = mapped_column(String(100))
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    progress_done: Mapped[int | None]
    progress_total: Mapped[int | None]
    stop_requested: Mapped[str | None] = mapped_column(String(10))
