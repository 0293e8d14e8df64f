"""What a column of a sheet holds, in words and addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app.services.inspections.columns import MOST_CAUSES, InspectedColumn, inspected, words
from app.sheets.cells import Cell, Imprecise, Padded, Unusable
from app.sheets.inspect.profile import ColumnProfile


def column(*cells: Cell, is_text_file: bool = False) -> InspectedColumn:
    """Return what is said of column C with these cells, the first of them in row 2."""
    profile = ColumnProfile()
    profile.add(range(2, len(cells) + 2), cells)
    return inspected((2, "金额"), profile, "amount", "varchar(20)", is_text_file)


def said(*cells: Cell, is_text_file: bool = False) -> list[str]:
    """Return the sentences about such a column."""
    return [remark.sentence for remark in column(*cells, is_text_file=is_text_file).remarks]


def test_whole_numbers_and_others_are_one_kind() -> None:
    found = column(2.5, 1, None, 3)
    assert [(group.what, group.cells, group.first, group.value) for group in found.kinds] == [
        ("number", 3, "C2", "2.5")
    ]
    assert (found.letters, found.header, found.blank) == ("C", "金额", 1)
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("cells", "minimum", "maximum"),
    [
        ([2.5, -1, 3], -1, 3),
        ([date(2024, 6, 10), datetime(2024, 6, 11, 8)], "2024-06-10", "2024-06-11T08:00:00"),
        ([1, "a", "b"], None, None),
        ([1, 2, "a"], 1, 2),
        ([Unusable("shows #N/A")] * 3 + [7], 7, 7),
        ([timedelta(hours=1)], None, None),
        ([None], None, None),
    ],
)
def test_the_extremes_are_those_of_most_cells(cells: Sequence[Cell], minimum: Any, maximum: Any) -> None:
    found = column(*cells)
    assert (found.minimum, found.maximum) == (minimum, maximum)


@pytest.mark.parametrize(
    ("cells", "sentences"),
    [
        ([1, 2, "a", True], ['mixed: 1 text (first C4 "a"), 1 boolean (first C5 TRUE) among 2 numbers']),
        ([1, 2, "12"], ['1 number stored as text (first C4 "12")']),
        (
            [1, 2, "12", "x"],
            ['mixed: 2 texts (first C4 "12") among 2 numbers', '1 number stored as text (first C4 "12")'],
        ),
        ([date(2024, 6, 10)] * 2 + ["2024-06-10"], ['1 date stored as text (first C4 "2024-06-10")']),
        ([date(2024, 6, 10), datetime(2024, 6, 10, 8)], []),
        (
            [5, Padded(7, "007")],
            [
                "1 number shown with zeros in front: a text column keeps the zeros, a column of numbers does not"
                " (first C3 007)"
            ],
        ),
        (
            [Imprecise(1e16)],
            [
                "1 number beyond 15 digits, of which Excel loses the last: columns of text and of integers take none"
                " (first C2 10000000000000000)"
            ],
        ),
        (
            [Unusable("shows #N/A"), Unusable("shows #REF!"), Unusable("shows #N/A"), 1],
            ["3 error cells: #N/A 2, #REF! 1 (first C2)"],
        ),
        (
            [Unusable("holds a formula that was never calculated; open and save the file in Excel")] * 2,
            ["2 formulas never calculated (first C2)"],
        ),
        (
            [Unusable("refers to a text that is missing in the file")],
            ["1 cell without a value (first C2, which refers to a text that is missing in the file)"],
        ),
    ],
)
def test_what_is_likely_to_be_wrong_is_said(cells: Sequence[Cell], sentences: list[str]) -> None:
    assert said(*cells) == sentences


def test_in_a_text_file_numbers_and_dates_are_no_remark_but_unclear_dates_are() -> None:
    assert said("12", "2024-06-10", is_text_file=True) == []
    assert len(said("07/08/2024", is_text_file=True)) == 1


def test_the_causes_of_a_hostile_sheet_are_not_all_said() -> None:
    assert len(said(*(Unusable(f"holds {n}") for n in range(50)))) == MOST_CAUSES
    (errors,) = said(*(Unusable(f"shows #{n}") for n in range(50)))
    assert errors == "50 error cells: #0 1, #1 1, #2 1, #3 1, #4 1, … (first C2)"


def test_kinds_are_counted_in_words() -> None:
    assert [words(group) for group in column(Padded(7, "007"), Padded(8, "008"), "a").kinds] == [
        "2 padded numbers",
        "1 text",
    ]
