"""What a text looks like."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.columns import ColumnConverter
from app.sheets.convert.rules import Rules
from app.sheets.inspect.looks import DATE, NUMBER, looks_of
from app.sheets.table import Column


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("", []),
        ("nails", []),
        ("85123A", []),
        ("0", ["number"]),
        ("-12.50", ["number"]),
        (".5", ["number"]),
        ("1,234,567.8", ["number"]),
        ("１２．５", ["number"]),
        ("20240610", ["number"]),
        ("00123", []),  # a code: as a number it would lose its zeros
        ("1234567890123456", []),  # and this one its last digit
        ("12,34", []),
        ("2024-06-10", ["date"]),
        ("2024/6/10 08:30", ["date"]),
        ("2024年6月10日", ["date"]),
        ("07/08/2024", ["unclear_date"]),
        ("31.12.2024", ["unclear_date"]),
        ("2024-13-45", []),
        (" a", ["blanks_around"]),
        ("a\u00a0", ["blanks_around"]),
        (" 12 ", ["blanks_around", "number"]),
        ("\u3000", ["only_blanks"]),
        ("\n", ["only_blanks"]),
    ],
)
def test_a_text_looks_like(text: str, looks: list[str]) -> None:
    assert looks_of(text) == looks


@given(st.text(alphabet="0123456789+-.,/年月日： T０１eE", max_size=20))
def test_what_looks_like_a_number_or_a_date_is_taken_for_one_by_an_import(text: str) -> None:
    looks = looks_of(text)
    for look, kind in ((NUMBER, "float"), (DATE, "datetime")):
        if look in looks:
            try:
                ColumnConverter(Column("c", kind, kind, fraction_digits=6), Rules(thousands=","))(text)
            except BadCell as error:
                raise AssertionError(f"{text!r}: {error.cause}") from None


def test_long_texts_take_no_time() -> None:
    began = time.process_time()
    for text in ("1" * 1_000_000, "1," * 500_000, "2024-" * 200_000):
        assert looks_of(text) == []
    assert time.process_time() - began < 1
