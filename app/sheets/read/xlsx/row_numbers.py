"""The numbers of a sheet's rows: each stands once in the file, in whatever order."""

from __future__ import annotations

from app.sheets.cells import LAST_ROW
from app.sheets.problems import DamagedFile

REPAIR = "Open it in Excel, let it be repaired, and save it."


class RowNumbers:
    """The numbers met so far. `last` is the one met last, 0 before the first."""

    def __init__(self) -> None:
        """Start with none."""
        self.last = 0
        self._met = bytearray(LAST_ROW + 1)

    def add(self, numbers: list[int]) -> None:
        """Take the numbers of rows that follow each other in the file.

        Raises:
            DamagedFile: Excel does not have such a number, or a row stands twice.
        """
        first, last = min(numbers), max(numbers)
        if first < 1 or last > LAST_ROW:
            raise DamagedFile(f"A row has the number {first if first < 1 else last}, which Excel does not have.")
        count = last - first + 1
        if count == len(numbers) and not any(self._met[first : last + 1]) and len(set(numbers)) == count:
            self._met[first : last + 1] = b"\1" * count
        else:
            self._add_each(numbers)
        self.last = numbers[-1]

    def _add_each(self, numbers: list[int]) -> None:
        for number in numbers:
            if self._met[number]:
                raise DamagedFile(f"Row {number} stands twice in the file.", REPAIR)
            self._met[number] = 1
