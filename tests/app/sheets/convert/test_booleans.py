"""Booleans: TRUE and FALSE, 1 and 0, and a few words."""

from __future__ import annotations

import pytest

from app.sheets.cells import Cell, Imprecise, Padded
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.columns import ColumnConverter
from app.sheets.convert.rules import STRICT
from app.sheets.table import Column

CONVERT = ColumnConverter(Column("c", "boolean", "tinyint(1)"), STRICT)


@pytest.mark.parametrize(
    "cell", [True, 1, 1.0, Padded(1, "01"), "true", "yes", "y", "t", "1", "是", "√", "TRUE", "Yes", "Ｙ", "１", " yes "]
)
def test_yes(cell: Cell) -> None:
    assert CONVERT(cell) == 1
    assert type(CONVERT(cell)) is int


@pytest.mark.parametrize("cell", [False, 0, 0.0, "false", "no", "n", "f", "0", "否", "×", "FALSE", "No", "ｎｏ"])
def test_no(cell: Cell) -> None:
    assert CONVERT(cell) == 0
    assert type(CONVERT(cell)) is int


@pytest.mark.parametrize(
    "cell", [2, -1, 0.5, 1e300, Imprecise(1e16), "2", "x", "ja", "对", "✓", "on", "off", "1.0", "①", "01", "", " "]
)
def test_neither(cell: Cell) -> None:
    with pytest.raises(BadCell, match="takes TRUE or FALSE, 1 or 0"):
        CONVERT(cell)
