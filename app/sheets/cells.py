"""What a cell can be, and where it is.

A reader gives each cell as None (blank), int, float, str, bool, date, datetime, time or timedelta, or as one of the
three below, where the plain value would hide something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

# Excel's own limits (Microsoft, "Excel specifications and limits").
LAST_ROW = 1_048_576
LAST_COLUMN = 16_384


@dataclass(frozen=True, slots=True)
class Unusable:
    """A cell without a usable value: `reason` continues the sentence "the cell ...", e.g. "shows #N/A"."""

    reason: str


class Padded(int):
    """An integer that its number format shows with leading zeros: `shown` is "00123"."""

    shown: str

    def __new__(cls, value: int, shown: str) -> Padded:
        """Make the integer `value`, shown as `shown`."""
        padded = super().__new__(cls, value)
        padded.shown = shown
        return padded


class Imprecise(float):
    """A number of more than 15 digits whose last ones are not to be trusted: a double does not hold them."""


# Of cells in a chunk, blank or not: rows may use thousands of columns, each another one.
MOST_PLACES = 1 << 20

Cell: TypeAlias = int | float | str | bool | date | datetime | time | timedelta | Unusable | None
# One row of a sheet: its number in Excel, from 1, and its cells that are not blank by column, from 0.
Row: TypeAlias = tuple[int, dict[int, Cell]]


@dataclass(slots=True)
class Chunk:
    """Some rows of a sheet, column by column.

    Attributes:
        numbers: of the rows in Excel, from 1, as they follow each other in the file.
        columns: the cells of each column that has any in these rows, by the column from 0; each has one cell for
            every row, None where it is blank.
    """

    numbers: list[int]
    columns: dict[int, Sequence[Cell]]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Chunk:
        """Return rows as a chunk."""
        used = sorted({column for _, cells in rows for column in cells})
        return cls(
            [number for number, _ in rows], {column: [cells.get(column) for _, cells in rows] for column in used}
        )

    def rows(self) -> Iterator[Row]:
        """Yield the rows, without their blank cells."""
        for place, number in enumerate(self.numbers):
            yield number, {column: cells[place] for column, cells in self.columns.items() if cells[place] is not None}

    def at(self, places: Sequence[int]) -> Chunk:
        """Return the rows at some places."""
        return Chunk(
            [self.numbers[place] for place in places],
            {column: [cells[place] for place in places] for column, cells in self.columns.items()},
        )


def chunks_of(rows: Sequence[Row]) -> Iterator[Chunk]:
    """Yield rows, if there are any, in chunks that have no more than `MOST_PLACES`."""
    width = len({column for _, cells in rows for column in cells})
    step = max(MOST_PLACES // max(width, 1), 1)
    for start in range(0, len(rows), step):
        yield Chunk.of(rows[start : start + step])


def column_letters(column: int) -> str:
    """Return Excel's name of a column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Return the number of a column, from 0, by Excel's name: A is 0.

    Raises:
        ValueError: the name is not one of a column in Excel.
    """
    if len(letters) > 3:
        raise ValueError(letters)
    index = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        index = index * 26 + ord(letter) - 64
    if not 0 < index <= LAST_COLUMN:
        raise ValueError(letters)
    return index - 1


def address(sheet: str, row: int, column: int) -> str:
    """Return Excel's address of a cell, `Orders!C17`; sheet names that need quotes get them."""
    name = sheet if re.fullmatch(r"[^\W\d]\w*", sheet) else "'" + sheet.replace("'", "''") + "'"
    return f"{name}!{column_letters(column)}{row}"
