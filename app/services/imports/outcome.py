"""What comes out of an import."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.runner.diff import RowChange
from app.services.imports.rejections import Rejections
from app.services.imports.request import SheetReport


@dataclass(frozen=True)
class Outcome:
    """A finished import, or what it would have been in a dry run.

    Attributes:
        rows: those of the sheets that the table has now.
        counts: rows by what was done to them: inserted, updated, deleted, unchanged, skipped.
        columns: how many were proved equal.
        cannot_undo: why it cannot be undone, without a full stop; "" where it can.
        rejections: the rows that were left out.
        rejects: the workbook that they are in, if it was asked for.
        samples: a few rows before and after, in a dry run.
    """

    run_id: int
    table: str
    rows: int
    counts: dict[str, int]
    columns: int
    seconds: float
    dry_run: bool
    created: bool
    cannot_undo: str
    sheets: tuple[SheetReport, ...]
    rejections: Rejections
    rejects: Path | None
    samples: tuple[RowChange, ...]
