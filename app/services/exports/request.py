"""What is to be exported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.sheets.write.book import ROWS_PER_SHEET

# Told how many rows are written, and which share of all that is, from 0 to 1; None where nobody knows.
Progress = Callable[[int, float | None], None]


@dataclass(frozen=True)
class Request:
    """An export.

    Attributes:
        table: a table or a view. With a `query` it names the sheet, and says of what kind columns of its names are.
        columns: those of the table to export, in this order; none: all but secrets.
        where: SQL that chooses rows of the table.
        query: a SELECT to export instead of the table.
        force: replace a file that is there.
        rows_per_sheet: the next ones stand on the next sheet.
    """

    table: str
    file: Path
    columns: tuple[str, ...] = ()
    where: str = ""
    query: str = ""
    force: bool = False
    rows_per_sheet: int = ROWS_PER_SHEET


@dataclass(frozen=True)
class Exported:
    """A workbook that was written.

    Attributes:
        sheets: their names.
        columns: the headers.
        left_out: columns of the table that are not in it, each with why.
        notes: what the workbook shows otherwise than the database does, in sentences.
        import_options: of `flask import-excel` beside the file and the table, to bring the workbook back into it; None
            where that cannot be.
    """

    table: str
    file: Path
    rows: int
    sheets: tuple[str, ...]
    columns: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    import_options: tuple[str, ...] | None
    bytes: int
    seconds: float
