"""Cells on their way out of the reading process."""

from __future__ import annotations

import marshal
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from app.sheets.cells import Chunk, Imprecise, Padded, Unusable
from app.sheets.plain_cells import packed, picked, unpacked

CELLS = [
    None,
    3,
    2.5,
    "nails 钉子 🔩",
    True,
    date(2024, 6, 10),
    datetime(2024, 6, 10, 8, 30, 0, 123456),
    time(8, 30, 0, 1),
    timedelta(days=-1, seconds=3),
    Unusable("shows #N/A"),
]


def test_cells_come_back_as_they_were() -> None:
    numbers = list(range(2, 2 + len(CELLS)))
    sent = marshal.dumps(packed(Chunk(numbers, {0: CELLS, 7: CELLS[::-1]})))
    back = unpacked(marshal.loads(sent))  # noqa: S302 - our own
    assert (back.numbers, back.columns) == (numbers, {0: CELLS, 7: CELLS[::-1]})
    assert [type(cell) for cell in back.columns[0]] == [type(cell) for cell in CELLS]


def test_numbers_keep_what_a_plain_value_would_hide() -> None:
    padded, imprecise = unpacked(packed(Chunk([2, 3], {0: [Padded(123, "00123"), Imprecise(1.5e17)]}))).columns[0]
    assert isinstance(padded, Padded)
    assert (padded, padded.shown) == (123, "00123")
    assert isinstance(imprecise, Imprecise)
    assert imprecise == 1.5e17


@pytest.mark.parametrize(
    "said",
    [
        1,
        ([2], [3]),
        ([2], {0: []}),
        ([2], {0: [("os.system", "true")]}),
        ([2], {0: [[]]}),
        ([2], {0: [("date", "2024-02-30")]}),
        ([2], {0: [("duration", 10**12, 0, 0)]}),
        (["x"], {}),
    ],
)
def test_what_is_no_cell_is_an_error(said: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        unpacked(said)


def test_rows_are_picked_by_number_and_no_more_is_read_than_they_need() -> None:
    def chunks() -> Any:
        yield Chunk([5, 2, 3], {0: ["e", "b", "c"]})
        yield Chunk([4], {0: ["d"]})
        yield Chunk([9, 7], {1: ["i", "g"]})
        raise AssertionError("read on")

    found = list(picked(chunks(), {3, 5, 7}))
    assert [(chunk.numbers, chunk.columns) for chunk in found] == [([5, 3], {0: ["e", "c"]}), ([7], {1: ["g"]})]
    assert list(picked(chunks(), set())) == []
