"""What a load did, or would have done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from app.runner.diff import RowChange
from app.services.imports.rejections import Rejections

INSERTED, UPDATED, DELETED, UNCHANGED, SKIPPED = "inserted", "updated", "deleted", "unchanged", "skipped"
WRITTEN = (INSERTED, UPDATED, DELETED)  # what the ledger counts


@dataclass
class Loaded:
    """What became of the rows.

    Attributes:
        counts: rows by what was done to them: inserted, updated, deleted, unchanged, skipped.
        rejections: what was left out.
        proofs: for each sheet what was compared, for the ledger.
        left_out: for each sheet the rows that the table forbade, as `app.sheets.row_set` packs them; None: none.
        inserted: for each sheet the rows that were inserted, packed alike; None: all that were loaded.
        samples: a few rows before and after, in a dry run.
        cannot_undo: why it cannot be undone, without a full stop; "" where it can.
    """

    counts: Counter[str] = field(default_factory=Counter)
    rejections: Rejections = field(default_factory=Rejections)
    proofs: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[bytes | None] = field(default_factory=list)
    inserted: list[bytes | None] = field(default_factory=list)
    samples: list[RowChange] = field(default_factory=list)
    cannot_undo: str = ""

    def written(self) -> dict[str, int]:
        """Return what the ledger counts: rows inserted, and what else there is."""
        return {what: self.counts[what] for what in WRITTEN if what == INSERTED or self.counts[what]}

    @property
    def changes(self) -> int:
        """Return how many rows of the table are others than before."""
        return sum(self.counts[what] for what in WRITTEN)
