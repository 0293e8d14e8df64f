"""`run_requests`: what a queued run is asked, from when it is queued until it has ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime, utc_now

LONG_TEXT = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


class RunRequest(Base):
    """The whole request of a run that waits for its turn, or goes on; it is deleted when the run ends or pauses.

    One whose process dies is queued once more, and needs it again.

    Attributes:
        act: import, script, resume, undo.
        request: encrypted with a key made from SECRET_KEY, since a script's secrets are in it; the ledger has the
            arguments without them.
        request_id: of the web request that asked for it.
        priority: who goes first: the higher.
        turn: who goes first among those of one priority: the lower, and among equals the older run. It is given such
            that operators take turns, however many runs each has.
        lock_name: what the run will need for itself alone, as far as that is known: see `app.runner.locks`.
        claim: what the process that takes it up has drawn, 32 hex digits at random; None: it waits.
        claimed_by: that process, `host:pid`.
        claimed_at: when; of one that waits once more, since when it does.
        attempts: how many processes have died over it.
    """

    __tablename__ = "run_requests"
    __table_args__ = (Index(None, "claim", "priority", "turn", "run_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True, autoincrement=False)
    act: Mapped[str] = mapped_column(String(20))
    request: Mapped[str] = mapped_column(LONG_TEXT)
    request_id: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    priority: Mapped[int] = mapped_column(default=1, server_default="1")
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    lock_name: Mapped[str | None] = mapped_column(String(100))
    claim: Mapped[str | None] = mapped_column(String(32))
    claimed_by: Mapped[str | None] = mapped_column(String(255))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
