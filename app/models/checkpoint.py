"""`checkpoints`: how far a script's run has come, written in the transaction of each batch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime


class Checkpoint(Base):
    """The cursor of the last committed batch of a run. It commits with that batch, so it is never wrong about it.

    The hash chain of `run_moves` does not cover it: a batch would wait for all other runs. Its own digest finds an edit
    that was not made on purpose to fit; that the row is gone is found where the ledger says that the run had begun.

    Attributes:
        attempt: how often the run was taken up or declared lost; a process of an earlier attempt can commit no more.
        step: which `batches` loop of the script, from 0.
        source: the fingerprint of what that loop goes through: SHA-256 as hex; None before the first batch.
        last_key: the key of the last item, as typed JSON; None before the first batch of a step.
        position: items done in this step.
        batches, done, failed: batches, items done and items failed in all steps.
        rows: as in `runs`.
        committed_by_script: the script called commit() itself; then nobody knows where it was.
        ended: all is done but to say so in the ledger.
        digest: SHA-256, as hex, of the columns above.
    """

    __tablename__ = "checkpoints"

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempt: Mapped[int]
    step: Mapped[int]
    source: Mapped[str | None] = mapped_column(String(64))
    last_key: Mapped[str | None] = mapped_column(Text)
    position: Mapped[int]
    batches: Mapped[int]
    done: Mapped[int]
    failed: Mapped[int]
    rows: Mapped[dict[str, Any]] = mapped_column(JSON)
    committed_by_script: Mapped[bool]
    ended: Mapped[bool]
    digest: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
