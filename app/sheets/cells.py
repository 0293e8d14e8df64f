"""What a cell can be, and where it is.

A reader gives each cell as None (blank), int, float, str, bool, date, datetime, time or timedelta, or as one of the
three below, where the plain value would hide something.
"""

from __future__ import annotations

import re
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


Cell: TypeAlias = int | float | str | bool | date | datetime | time | timedelta | Unusable | None
# One row of a sheet: its number in Excel, from 1, and its cells that are not blank by column, from 0.
Row: TypeAlias = tuple[int, dict[int, Cell]]


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
