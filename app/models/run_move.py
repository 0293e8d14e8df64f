"""`run_moves`: the hash chain. One row for each move of a run from state to state, never changed afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime


class RunMove(Base):
    """A move, and what was true of the run from then on.

    Ids are consecutive. The first row is the chain's root: it belongs to no run, and whoever appends locks it.
    `run_id` is no foreign key: the moves of a run that somebody deleted tell of it. The tables `run_failures` and
    `checkpoints` are outside the chain.

    Attributes:
        operator, host, pid: who made this move; whoever resumes a run may be another than who started it.
        facts: the columns of the run that the chain covers, as canonical JSON: the text that was hashed.
        hash: SHA-256, as hex, of `prev_hash` and this row; the root's is that of its facts, the moment of its `at`.
    """

    __tablename__ = "run_moves"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    run_id: Mapped[int | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    operator: Mapped[str] = mapped_column(String(100))
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int]
    facts: Mapped[str] = mapped_column(Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb"))
    prev_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64))
