"""What is in each column of a sheet: the facts from which a new table is inferred."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from app.sheets.cells import Cell, Padded
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.rules import STRICT
from app.sheets.convert.texts import as_text
from app.sheets.frames import ProfileJob
from app.sheets.read.workbook import Workbook
from app.sheets.table import Column

_TEXT = as_text(Column("", "text", "text"), STRICT)


@dataclass
class ColumnProfile:
    """Facts about one column's cells.

    Attributes:
        types: how many cells there are of each Python type, by its name; blank cells do not count.
        blanks: how many are blank.
        longest: characters of the longest one as text.
        whole_digits, decimals: the most digits before and after the point of a number.
        minimum, maximum: of the integers.
        has_fractions: a time has fractions of a second.
    """

    types: dict[str, int] = field(default_factory=dict)
    blanks: int = 0
    longest: int = 0
    whole_digits: int = 0
    decimals: int = 0
    minimum: int = 0
    maximum: int = 0
    has_fractions: bool = False

    def add(self, cell: Cell) -> None:
        """Take one cell into account."""
        if cell is None:
            self.blanks += 1
            return
        name = type(cell).__name__
        self.types[name] = self.types.get(name, 0) + 1
        handler = _TEXT.get(type(cell))
        if handler is not None:
            try:
                self.longest = max(self.longest, len(handler(cell)))
            except BadCell:
                self.types["Imprecise"] = self.types.get("Imprecise", 0) + 1
        if isinstance(cell, int | float) and not isinstance(cell, bool | Padded):
            self._add_number(cell)
        elif isinstance(cell, datetime | time):
            self.has_fractions = self.has_fractions or cell.microsecond > 0

    def _add_number(self, value: float) -> None:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        exponent = int(number.as_tuple().exponent)
        self.decimals = max(self.decimals, -exponent)
        self.whole_digits = max(self.whole_digits, number.adjusted() + 1)
        if isinstance(value, int):
            self.minimum = min(self.minimum, value)
            self.maximum = max(self.maximum, value)


def profile(workbook: Workbook, job: ProfileJob) -> dict[str, Any]:
    """Return the number of rows that are not blank, and a profile for each of the job's columns."""
    profiles = [ColumnProfile() for _ in job.positions]
    rows = 0
    chunks = workbook.rows(job.sheet)
    for chunk in chunks:
        hidden = workbook.findings().hidden_rows if job.skip_hidden else ()
        for number, cells in chunk:
            if number <= job.header_row or number in hidden or cells.keys().isdisjoint(job.positions):
                continue
            rows += 1
            for column, position in zip(profiles, job.positions, strict=True):
                column.add(cells.get(position))
            if rows == job.limit:
                return _answer(rows, profiles)
    return _answer(rows, profiles)


def _answer(rows: int, profiles: list[ColumnProfile]) -> dict[str, Any]:
    return {"rows": rows, "columns": [asdict(column) for column in profiles]}
