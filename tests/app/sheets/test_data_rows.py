"""Which rows of a sheet are data, in whatever order they stand in the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import Chunk, Row
from app.sheets.data_rows import DataRows, Selection
from app.sheets.problems import DamagedFile

BOTH = frozenset({0, 1})


def selected(
    *chunks: Sequence[Row], hidden: frozenset[int] = frozenset(), **options: Any
) -> tuple[DataRows, list[Row]]:
    """Return what has gone through these chunks, whose headers are in row 2, and the rows that are data."""
    data = DataRows(Selection(2, BOTH, **options))
    return data, [row for chunk in data.of(map(Chunk.of, chunks), set(hidden)) for row in chunk.rows()]


def numbers_of(*chunks: Sequence[Row], **options: Any) -> list[int]:
    """Return the numbers of the rows that are data."""
    return [number for number, _ in selected(*chunks, **options)[1]]


def row(number: int, value: Any = "x") -> Row:
    """Return a row with one cell."""
    return number, {0: value}


def test_rows_below_the_header_are_data_but_for_blank_and_hidden_ones() -> None:
    rows = [row(1), row(2), row(3), (4, {}), (5, {7: "stray"}), row(6), row(9)]
    assert numbers_of(rows) == [3, 6, 9]
    data, kept = selected(rows, hidden=frozenset({6}), skip_hidden=True)
    assert [number for number, _ in kept] == [3, 9]
    assert (data.count, data.blank_rows, data.strays) == (2, 4, {7: 1})


def test_texts_that_count_as_blank_make_a_row_blank() -> None:
    assert numbers_of([row(3, "-"), (4, {0: "-", 1: 5}), row(5)], nulls=frozenset({"-"})) == [4, 5]


def test_no_more_rows_than_the_limit_are_taken() -> None:
    assert numbers_of([row(3), row(4)], [row(5), row(6)], [row(7)], limit=3) == [3, 4, 5]


@given(st.permutations(range(3, 12)), st.integers(1, 9))
def test_rows_may_stand_in_any_order(numbers: list[int], size: int) -> None:
    rows = [row(2), *map(row, numbers)]
    data, kept = selected(*(rows[start : start + size] for start in range(0, len(rows), size)))
    assert [number for number, _ in kept] == numbers
    assert (data.count, data.blank_rows) == (9, 0)


@pytest.mark.parametrize(
    "chunks",
    [
        [[row(2), row(3), row(1)]],
        [[row(2), row(3)], [row(1)]],
        [[row(3), row(1), row(2)]],
    ],
)
def test_a_row_above_the_headers_that_stands_behind_them_is_damage(chunks: list[list[Row]]) -> None:
    with pytest.raises(DamagedFile, match="Row 1 stands behind the headers in the file, which are in row 2"):
        numbers_of(*chunks)


def test_a_blank_row_above_the_headers_may_stand_anywhere() -> None:
    assert numbers_of([row(2), row(3), (1, {})], [row(4)]) == [3, 4]
