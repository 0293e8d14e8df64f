"""See straight.pyx."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from app.sheets.cells import Cell

KINDS: dict[str, int]
STYLES: dict[str, int]

# Of each column of the plan: how many cells are not blank, what they add up to, their magnitude.
Totals: TypeAlias = list[tuple[int, float | int, float]]

class Rows:
    def __init__(
        self,
        columns: Sequence[Any],
        styles: Sequence[tuple[int, int, int, int]],
        strings: list[Cell],
        ignored: Iterable[int],
        header_row: int,
        stage: int | None,
        for_load_data: bool,
    ) -> None:
        """Take the rows of one worksheet.

        Args:
            columns: `app.sheets.straight.Spec` of each column of the plan.
            styles: of each: what it makes of numbers; the ordinal of the day that serials count from, the first serial
                that has a date, and the one behind the last.
            strings: the workbook's shared ones.
            ignored: positions whose cells are left out on purpose.
            stage: is written, plus its number, before each row; None: nothing is.
            for_load_data: rows are written as lines for LOAD DATA; else as a list of columns, by marshal.
        """

    def take(self, xml: bytes) -> tuple[list[int], list[int], int, Totals, dict[int, list[Any]], bytes] | None:
        """Return what becomes of a piece of a worksheet; None of one with anything unusual in it.

        Returns:
            the numbers of the rows above the data, which are passed over; those of the data; the last position that has
            a cell; the totals; the values of the columns whose values are compared, by their index in the plan; the
            rows.
        """
