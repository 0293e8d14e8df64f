"""What is in each column of a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import Cell, Imprecise, Padded, Unusable
from app.sheets.frames import ProfileJob
from app.sheets.profile import ColumnProfile, profile
from app.sheets.read.opening import open_workbook
from tests.workbooks import write_xlsx


def profile_of(*cells: Cell) -> ColumnProfile:
    """Return the profile of a column with these cells."""
    found = ColumnProfile()
    for cell in cells:
        found.add(cell)
    return found


def test_types_are_counted_and_blanks_apart() -> None:
    found = profile_of(None, 1, 2.5, "a", True, date(2024, 1, 1), None, Padded(1, "01"), Unusable("shows #N/A"))
    assert found.blanks == 2
    assert found.types == {"int": 1, "float": 1, "str": 1, "bool": 1, "date": 1, "Padded": 1, "Unusable": 1}


@pytest.mark.parametrize(
    ("cells", "longest"),
    [
        (["abc", "😀"], 3),
        ([12345], 5),
        ([Padded(1, "00001")], 5),
        ([True], 4),
        ([datetime(2024, 1, 1)], 19),
        ([None], 0),
    ],
)
def test_the_longest_text_is_measured_as_text(cells: Sequence[Cell], longest: int) -> None:
    assert profile_of(*cells).longest == longest


@pytest.mark.parametrize(
    ("cells", "whole", "decimals"),
    [([1234], 4, 0), ([-0.125], 0, 3), ([99.5, 1234, 0.001], 4, 3), ([1e-7], 0, 7), ([0], 1, 0), ([1.5e14], 15, 1)],
)
def test_digits_of_numbers_are_counted(cells: Sequence[Cell], whole: int, decimals: int) -> None:
    found = profile_of(*cells)
    assert (found.whole_digits, found.decimals) == (whole, decimals)


def test_the_range_of_integers_is_kept() -> None:
    found = profile_of(5, -7, 10**15)
    assert (found.minimum, found.maximum) == (-7, 10**15)


def test_fractions_of_a_second_are_noticed() -> None:
    assert not profile_of(datetime(2024, 1, 1), time(1)).has_fractions
    assert profile_of(datetime(2024, 1, 1, 0, 0, 0, 5)).has_fractions
    assert profile_of(time(0, 0, 0, 5)).has_fractions


def test_numbers_of_more_than_15_digits_are_imprecise() -> None:
    assert "Imprecise" in profile_of(Imprecise(1e16)).types
    assert "Imprecise" in profile_of(1e15).types


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.integers(),
            st.floats(allow_nan=False, allow_infinity=False),
            st.text(),
            st.dates(),
            st.datetimes(),
            st.times(),
            st.timedeltas(),
            st.booleans(),
            st.just(Unusable("shows #N/A")),
        )
    )
)
def test_no_cell_breaks_a_profile(cells: list[Cell]) -> None:
    found = profile_of(*cells)
    assert found.blanks == cells.count(None)
    assert found.decimals >= 0


def test_a_profile_takes_the_rows_below_the_header_that_are_not_blank(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c t="str"><v>n</v></c></row><row r="2"><c><v>5</v></c></row><row r="3"/>'
        '<row r="4" hidden="1"><c><v>70</v></c></row>'
        '<row r="5"><c r="C5"><v>1</v></c></row><row r="6"><c><v>9</v></c></row>'
    )
    path = write_xlsx(tmp_path / "book.xlsx", rows)
    for options, count, whole in (({}, 3, 2), ({"skip_hidden": True}, 2, 1), ({"limit": 1}, 1, 1)):
        book = open_workbook(path)
        answer = profile(book, ProfileJob("Sheet1", 1, (0, 1), **options))  # type: ignore[arg-type]
        book.close()
        assert answer["rows"] == count
        assert answer["columns"][0]["whole_digits"] == whole
        assert answer["columns"][1]["blanks"] == count
