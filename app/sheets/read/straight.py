"""Rows that are stored without ever having been cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.sheets.cells import Chunk
from app.sheets.read.xlsx.values import CellValues


@dataclass(slots=True)
class Stored(Chunk):
    """Rows as a sink takes them: their numbers, and the rows themselves; of their columns only the last one.

    `above` are the numbers of rows above the data that stood before them.
    """

    content: bytes
    above: list[int]


class Straight(Protocol):
    """Takes regular rows from their XML, in the order of the sheet."""

    def take(self, xml: bytes, values: CellValues) -> Stored | None:
        """Return the rows of a piece of a worksheet; None of those that are to be read cell by cell.

        Args:
            xml: ends with a row.
            values: what cells are worth in this workbook.
        """
