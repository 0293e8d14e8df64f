"""Numerals are like the list of their cells."""

from __future__ import annotations

from app.sheets.cells import Chunk
from app.sheets.numerals import Numerals
from app.sheets.read.xlsx.styles import NumberReader

TEXTS = ["1", None, "2.5", None]


def numerals(texts: list[str | None]) -> Numerals:
    return Numerals(texts, NumberReader(None).many, None)


def test_they_are_the_cells_that_they_spell() -> None:
    cells = numerals(TEXTS)
    assert cells == [1, None, 2.5, None]
    assert (len(cells), cells[2], cells[1:3], list(cells)) == (4, 2.5, [None, 2.5], [1, None, 2.5, None])
    assert (cells.count(None), cells.count(1), cells.is_whole) == (2, 1, False)
    assert cells != [1, None, 2.5]
    assert cells != 1
    assert 2.5 in cells


def test_some_of_them_stay_numerals() -> None:
    some = Chunk([2, 3, 4, 5], {0: numerals(TEXTS)}).at([0, 2]).columns[0]
    assert isinstance(some, Numerals)
    assert (some, some.is_whole) == ([1, 2.5], True)


def test_blank_ones_alone_are_blank_cells() -> None:
    assert numerals(TEXTS).at([1, 3]) == [None, None]
    assert numerals(TEXTS).at([]) == []


def test_nothing_is_read_before_it_is_looked_at() -> None:
    def read(_texts: object) -> list[None]:
        raise AssertionError

    cells = Numerals(["1", None], read, None)
    assert (len(cells), cells.count(None), cells.is_whole, len(cells.at([0]))) == (2, 1, False, 1)
