"""Texts, enums, JSON and binary values; and how values are shown in messages."""

from __future__ import annotations

import base64
import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import Cell, Imprecise, Padded, Unusable
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.columns import ColumnConverter
from app.sheets.convert.rules import STRICT, Rules
from app.sheets.convert.texts import hours, plain_number, shown
from app.sheets.table import Column

TEXT = Column("c", "text", "text")


def convert(cell: Cell, column: Column = TEXT, rules: Rules = STRICT) -> Any:
    """Return what is stored."""
    return ColumnConverter(column, rules)(cell)


def bad(cell: Cell, column: Column = TEXT, rules: Rules = STRICT) -> BadCell:
    """Return why a cell is rejected."""
    with pytest.raises(BadCell) as error:
        convert(cell, column, rules)
    return error.value


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        ("  not trimmed \n", "  not trimmed \n"),
        ("😀", "😀"),
        (71053, "71053"),
        (-5, "-5"),
        (0.3, "0.3"),
        (1e-7, "0.0000001"),
        (9.5e-05, "0.000095"),
        (1.5e-30, "1.5e-30"),
        (Padded(123, "00123"), "00123"),
        (True, "TRUE"),
        (False, "FALSE"),
        (date(2024, 6, 10), "2024-06-10"),
        (datetime(2024, 6, 10, 12, 30), "2024-06-10T12:30:00"),
        (time(8, 5), "08:05:00"),
        (timedelta(hours=36, minutes=30), "36:30:00"),
    ],
)
def test_a_text_column_takes_everything_as_excel_shows_it(cell: Cell, stored: str) -> None:
    assert convert(cell) == stored


@pytest.mark.parametrize("cell", [Imprecise(1.23456789012346e16), 1e15, 1234567890123450.0, -1e300])
def test_a_number_over_15_digits_is_rejected_in_a_text_column(cell: Cell) -> None:
    assert bad(cell).cause == "digits beyond the 15th were already lost in Excel; format the column as text"


def test_a_text_that_is_too_long_is_rejected_with_both_lengths() -> None:
    column = Column("c", "text", "varchar(5)", length=5)
    assert convert("😀😀😀😀😀", column) == "😀😀😀😀😀"
    error = bad("123456", column)
    assert error.cause == "is longer than 5 characters"
    assert error.note == "6 characters"
    assert bad(123456, column).note == "6 characters"
    assert bad(Padded(1, "000001"), column).note == "6 characters"


def test_a_text_of_too_many_bytes_is_rejected_with_both_lengths() -> None:
    column = Column("c", "text", "tinytext", max_bytes=255)
    assert convert("é" * 127, column) == "é" * 127
    error = bad("é" * 128, column)
    assert error.cause == "is longer than 255 bytes"
    assert error.note == "256 bytes"


def test_an_enum_takes_its_members_exactly() -> None:
    column = Column("c", "enum", "enum", members=("new", "1", "TRUE", "007"))
    assert convert("new", column) == "new"
    assert convert(1, column) == "1"
    assert convert(True, column) == "TRUE"
    assert convert(Padded(7, "007"), column) == "007"
    for cell in ("New", " new", "", "1.0", 2, 1.5):
        assert bad(cell, column).cause


def test_an_enum_lists_its_members() -> None:
    assert bad("x", Column("c", "enum", "enum", members=("new", "paid"))).cause == "takes one of: new, paid"


@pytest.mark.parametrize("text", ['{"a": [1, "é"]}', "null", "1", '"x"', " [1] "])
def test_json_is_stored_as_it_stands(text: str) -> None:
    assert convert(text, Column("c", "json", "json")) == text


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", "[Infinity]", "-Infinity", "{'a': 1}", "[" * 100_000, "1" * 5000, "\ufeff1"]
)
def test_what_is_no_json_is_rejected(text: str) -> None:
    error = bad(text, Column("c", "json", "json"))
    assert error.cause == "is not JSON"
    assert len(error.note) < 200


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_any_json_is_stored_as_it_stands(value: object) -> None:
    assert convert(json.dumps(value), Column("c", "json", "json")) == json.dumps(value)


@given(st.binary(max_size=50))
def test_base64_becomes_its_bytes(data: bytes) -> None:
    column = Column("c", "binary", "blob", max_bytes=50)
    assert convert(base64.b64encode(data).decode(), column, Rules(base64=True)) == data


@pytest.mark.parametrize("text", ["é", "a", "YQ=", "YQ==\n", "Y Q==", "YQ==YQ==", "_w=="])
def test_what_is_no_base64_is_rejected(text: str) -> None:
    assert bad(text, Column("c", "binary", "blob"), Rules(base64=True)).cause == "is not base64"


def test_binary_columns_take_base64_only_when_the_operator_says_so() -> None:
    assert "with --binary base64" in bad("YQ==", Column("c", "binary", "blob")).cause


def test_bytes_that_are_too_long_are_rejected_with_both_lengths() -> None:
    error = bad("YWFh", Column("c", "binary", "blob", max_bytes=2), Rules(base64=True))
    assert (error.cause, error.note) == ("is longer than 2 bytes", "3 bytes")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_in_its_shortest_form_is_the_number(value: float) -> None:
    text = plain_number(value)
    assert float(text) == value
    assert "e" not in text or len(f"{Decimal(text):f}") > 20
    assert len(text) <= 25


@given(st.timedeltas())
def test_a_duration_is_its_hours_minutes_and_seconds(value: timedelta) -> None:
    sign = -1 if hours(value).startswith("-") else 1
    whole, minutes, seconds = hours(value).removeprefix("-").split(":")
    whole_seconds, _, fraction = seconds.partition(".")
    length = timedelta(
        hours=int(whole), minutes=int(minutes), seconds=int(whole_seconds), microseconds=int(fraction or 0)
    )
    assert sign * length == value


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (Unusable("shows #N/A"), ""),
        (True, "TRUE"),
        (5, "5"),
        (0.1, "0.1"),
        (1e16, "10000000000000000"),
        (Imprecise(1.23456789012346e16), "12345678901234600"),
        (Padded(1, "001"), "001"),
        (date(2024, 6, 10), "2024-06-10"),
        (datetime(2024, 6, 10, 12), "2024-06-10 12:00:00"),
        (timedelta(hours=25), "25:00:00"),
        ("a\r\nb", '"a⏎b"'),
        ("x" * 41, '"' + "x" * 39 + '…"'),
        ("a\x1b[31mb\x07\t\x9b", '"a�[31mb���"'),
    ],
)
def test_a_value_is_shown_on_one_line_that_no_terminal_obeys(cell: Cell, text: str) -> None:
    assert shown(cell) == text


@given(st.text())
def test_any_text_is_shown_short_and_harmless(text: str) -> None:
    line = shown(text)
    assert len(line) <= 42
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in line)


def test_a_char_column_of_mysql_rejects_spaces_that_it_would_drop() -> None:
    char = Column("c", "text", "char(4)", length=4, drops_spaces=True)
    assert bad("a  ", char).cause == "ends with a space, which CHAR does not keep"
    assert convert("  a", char) == "  a"
    assert convert("a\u00a0", char) == "a\u00a0"
    assert convert("a ", Column("c", "text", "varchar(4)", length=4)) == "a "


def test_a_binary_column_of_mysql_rejects_bytes_that_it_would_pad() -> None:
    binary = Column("c", "binary", "binary(3)", min_bytes=3, max_bytes=3)
    short = bad("YWI=", binary, Rules(base64=True))
    assert (short.cause, short.note) == ("is shorter than 3 bytes; BINARY pads it", "2 bytes")
    assert convert("YWJj", binary, Rules(base64=True)) == b"abc"
