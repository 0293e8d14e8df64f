"""What is in each column of a sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import Cell, Imprecise, Padded, Unusable
from app.sheets.inspect.profile import MOST_REASONS, OTHER_REASONS, ColumnProfile, Sighting

CELLS = st.one_of(
    st.none(),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.booleans(),
    st.just(Unusable("shows #N/A")),
    st.just(Padded(7, "007")),
    st.just(Imprecise(1e16)),
)


def profile_of(*cells: Cell) -> ColumnProfile:
    """Return the profile of a column with these cells, the first of them in row 2."""
    found = ColumnProfile()
    found.add(range(2, len(cells) + 2), cells)
    return found


def test_types_are_counted_with_the_first_cell_of_each_and_blanks_apart() -> None:
    found = profile_of(None, 1, 2.5, "a", True, date(2024, 1, 1), None, Padded(1, "01"), Unusable("shows #N/A"), "b")
    assert found.blanks == 2
    assert found.types == {
        "int": Sighting(1, 3, "1"),
        "float": Sighting(1, 4, "2.5"),
        "str": Sighting(2, 5, '"a"'),
        "bool": Sighting(1, 6, "TRUE"),
        "date": Sighting(1, 7, "2024-01-01"),
        "Padded": Sighting(1, 9, "01"),
        "Unusable": Sighting(1, 10, ""),
    }


@pytest.mark.parametrize(
    ("cells", "longest"),
    [
        (["abc", "😀"], 3),
        ([12345, -123456], 7),
        ([0.25, 1e20], 4),
        ([Padded(1, "00001"), Padded(1, "000001")], 6),
        ([True, False], 5),
        ([datetime(2024, 1, 1)], 19),
        ([time(8), timedelta(hours=100)], 9),
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


@pytest.mark.parametrize(
    ("cells", "ranges"),
    [
        ([5, -7, 10**14], {"int": (-7, 10**14)}),
        ([5, 0.5, -0.5], {"int": (5, 5), "float": (-0.5, 0.5)}),
        ([date(2024, 6, 10), None, date(1999, 1, 1)], {"date": ("1999-01-01", "2024-06-10")}),
        (
            [datetime(2024, 6, 10, 8), datetime(2024, 6, 10, 8, 0, 0, 5)],
            {"datetime": ("2024-06-10T08:00:00", "2024-06-10T08:00:00.000005")},
        ),
        (["a", True], {}),
    ],
)
def test_the_least_and_the_greatest_are_kept(cells: Sequence[Cell], ranges: dict[str, object]) -> None:
    assert profile_of(*cells).ranges == ranges


def test_fractions_of_a_second_are_noticed() -> None:
    assert not profile_of(datetime(2024, 1, 1), time(1)).has_fractions
    assert profile_of(datetime(2024, 1, 1, 0, 0, 0, 5)).has_fractions
    assert profile_of(time(0, 0, 0, 5)).has_fractions


def test_numbers_of_more_than_15_digits_are_imprecise() -> None:
    assert profile_of(Imprecise(1e16)).types == {"Imprecise": Sighting(1, 2, "10000000000000000")}
    assert profile_of(0.5, 1e15).types == {
        "float": Sighting(1, 2, "0.5"),
        "Imprecise": Sighting(1, 3, "1000000000000000"),
    }


def test_unusable_cells_are_counted_by_their_reasons() -> None:
    found = profile_of(Unusable("shows #N/A"), 1, Unusable("shows #REF!"), Unusable("shows #N/A"))
    assert found.unusable == {"shows #N/A": Sighting(2, 2, ""), "shows #REF!": Sighting(1, 4, "")}


def test_not_every_reason_of_a_hostile_sheet_is_kept() -> None:
    found = profile_of(*(Unusable(f"holds {n}") for n in range(MOST_REASONS + 20)))
    assert len(found.unusable) == MOST_REASONS + 1
    assert found.unusable[OTHER_REASONS].cells == 20


def test_texts_are_counted_by_what_they_look_like() -> None:
    found = profile_of("a", "12", 5, "1,234.50", " x", "2024-06-10", "07/08/2024", "   ", "12")
    assert found.looks == {
        "number": Sighting(3, 3, '"12"'),
        "blanks_around": Sighting(1, 6, '" x"'),
        "date": Sighting(1, 7, '"2024-06-10"'),
        "unclear_date": Sighting(1, 8, '"07/08/2024"'),
        "only_blanks": Sighting(1, 9, '"   "'),
    }


@given(st.lists(CELLS), st.data())
def test_a_profile_counts_every_cell_once_however_the_rows_come(cells: list[Cell], data: st.DataObject) -> None:
    whole = profile_of(*cells)
    cut = data.draw(st.integers(0, len(cells)))
    parts = ColumnProfile()
    parts.add(range(2, cut + 2), cells[:cut])
    parts.add(range(cut + 2, len(cells) + 2), cells[cut:])
    assert parts == whole
    counts = Counter(type(cell).__name__ for cell in cells if cell is not None)
    large = sum(type(cell) is float and abs(cell) >= 1e15 for cell in cells)
    counts["float"] -= large
    counts["Imprecise"] += large
    assert {name: sighting.cells for name, sighting in whole.types.items()} == dict(+counts)
    assert whole.blanks == cells.count(None)
