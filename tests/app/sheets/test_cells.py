"""Columns have letters, cells have addresses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import LAST_COLUMN, Padded, address, column_index, column_letters


@pytest.mark.parametrize(("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_named_as_in_excel(column: int, letters: str) -> None:
    assert column_letters(column) == letters
    assert column_index(letters) == column


@given(st.integers(0, LAST_COLUMN - 1))
def test_letters_lead_back_to_their_column(column: int) -> None:
    assert column_index(column_letters(column)) == column


def test_the_last_column_of_excel_is_xfd() -> None:
    assert column_letters(LAST_COLUMN - 1) == "XFD"


@pytest.mark.parametrize("letters", ["XFE", "AAAA", "a", "A1", "-", "Ａ", "A" * 1_000_000])
def test_what_excel_does_not_have_is_no_column(letters: str) -> None:
    with pytest.raises(ValueError, match=re.escape(letters[:10])):
        column_index(letters)


def test_no_letters_are_no_column() -> None:
    with pytest.raises(ValueError, match=r"^$"):
        column_index("")


@pytest.mark.parametrize(
    ("sheet", "shown"),
    [("Orders", "Orders!C17"), ("订单", "订单!C17"), ("My Sheet", "'My Sheet'!C17"), ("It's", "'It''s'!C17")],
)
def test_an_address_quotes_the_sheet_where_excel_would(sheet: str, shown: str) -> None:
    assert address(sheet, 17, 2) == shown


def test_a_padded_number_is_the_number_and_knows_how_it_is_shown() -> None:
    padded = Padded(123, "00123")
    assert padded == 123
    assert padded.shown == "00123"
