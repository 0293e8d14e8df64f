"""`run_failures`: the items that a script's run left out because of an error."""

from __future__ import annotations

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class RunFailure(Base):
    """An item that failed, by its key: rolled back to its savepoint, while the rest of its batch was kept.

    It commits with that batch, and the hash chain of `run_moves` does not cover it: an edit or a deletion is not found.

    Attributes:
        step: which `batches` loop of the script, from 0.
        key: the item's key, as typed JSON.
        error: what happened, without values.
    """

    __tablename__ = "run_failures"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(index=True)
    step: Mapped[int]
    key: Mapped[str] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text)
