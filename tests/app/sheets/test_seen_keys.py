"""Keys that stand twice are found, in whatever order they come and however many at a time."""

from __future__ import annotations

from array import array
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.sheets.plan import MappedColumn, Plan
from app.sheets.seen_keys import SeenKeys
from app.sheets.table import Column, Table

COLUMNS = tuple(Column(name, "integer", "int") for name in "ab")
PLAN = Plan(
    "Sheet1",
    1,
    Table("t", COLUMNS),
    tuple(MappedColumn(n, column.name, column, "name") for n, column in enumerate(COLUMNS)),
)
KEYS = st.none() | st.integers(0, 30)


def found(batches: list[list[Any]], indexes: list[int]) -> list[tuple[int, str]]:
    """Return the row of each key that was met before, and its value as shown; rows count from 2."""
    seen = SeenKeys(PLAN, "k", indexes)
    rejects = []
    row = 2
    for batch in batches:
        columns = [list(column) for column in zip(*batch, strict=True)] or [[], []]
        numbers = array("I", range(row, row + len(batch)))
        rejects += [(reject.row, reject.value) for _, reject in seen.duplicates(numbers, columns)]
        row += len(batch)
    return rejects


def expected(batches: list[list[Any]], indexes: list[int]) -> list[tuple[int, str]]:
    first: dict[Any, int] = {}
    rejects = []
    for row, cells in enumerate((row for batch in batches for row in batch), 2):
        key = tuple(cells[index] for index in indexes)
        if None not in key and first.setdefault(key, row) != row:
            value = '"' + ", ".join(map(str, key)) + '"'
            rejects.append((row, f"{value}, first in {'AB'[indexes[0]]}{first[key]}"))
    return rejects


@given(st.lists(st.lists(st.tuples(KEYS, KEYS), max_size=5)), st.sampled_from([[0], [1], [0, 1]]))
def test_every_key_met_before_is_found(batches: list[list[Any]], indexes: list[int]) -> None:
    assert found(batches, indexes) == expected(batches, indexes)


@given(st.sets(st.integers(), min_size=1).map(sorted), st.lists(st.integers(), max_size=5), st.integers(1, 7))
def test_ascending_keys_are_known_when_another_comes(ascending: list[int], then: list[int], size: int) -> None:
    keys = [(key, None) for key in [*ascending, *then]]
    batches = [keys[start : start + size] for start in range(0, len(keys), size)]
    assert found(batches, [0]) == expected(batches, [0])


def test_texts_and_blanks() -> None:
    batches = [[("a", 1), ("b", 2)], [(None, 3), ("a", 4), (None, 5)], [("b", 6), ("c", 7)]]
    assert found(batches, [0]) == expected(batches, [0]) == [(5, '"a", first in A2'), (7, '"b", first in A3')]
