"""Integers, decimals and floats: exactly, or not at all."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import Cell, Imprecise, Padded
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.columns import ColumnConverter
from app.sheets.convert.rules import STRICT, Rules
from app.sheets.table import Column

BIGINT = Column("c", "integer", "bigint", minimum=-(2**63), maximum=2**63 - 1)
TINYINT = Column("c", "integer", "tinyint", minimum=-128, maximum=127)
MONEY = Column("c", "decimal", "decimal(10,2)", precision=10, scale=2)
OPEN = Column("c", "decimal", "numeric")
LITE = Column("c", "decimal", "numeric", exact_digits=15)
DOUBLE = Column("c", "float", "double")
FLOAT = Column("c", "float", "float", exact_digits=6)
FLOAT_72 = Column("c", "decimal", "float(7,2)", precision=7, scale=2, exact_digits=6, is_floating=True)
DOUBLE_203 = Column("c", "decimal", "double(20,3)", precision=20, scale=3, exact_digits=15, is_floating=True)
LOST = "digits beyond the 15th were already lost in Excel; format the column as text"


def convert(cell: Cell, column: Column, rules: Rules = STRICT) -> Any:
    """Return what is stored."""
    return ColumnConverter(column, rules)(cell)


def cause(cell: Cell, column: Column, rules: Rules = STRICT) -> str:
    """Return why a cell is rejected."""
    with pytest.raises(BadCell) as bad:
        convert(cell, column, rules)
    return bad.value.cause


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        (5, 5),
        (-128, -128),
        (Padded(7, "007"), 7),
        ("5", 5),
        (" +5 ", 5),
        ("-5", -5),
        ("007", 7),
        ("１２３", 123),
        ("－５", -5),
        ("\u3000５\u00a0", 5),
    ],
)
def test_an_integer_column_takes_integers_and_their_digits(cell: Cell, stored: int) -> None:
    value = convert(cell, TINYINT)
    assert value == stored
    assert type(value) is int


@pytest.mark.parametrize(
    "cell",
    [0.5, "0.5", "5.0", "1e3", "", " ", "abc", "1 234", "0x10", "٣", "²", "5²", "①", "1_0", "½", "5元", "--5"],
)
def test_an_integer_column_rejects_fractions_and_all_else(cell: Cell) -> None:
    assert cause(cell, BIGINT) == "takes whole numbers"


@pytest.mark.parametrize("cell", [128, -129, "128", 1e300, "9" * 300])
def test_an_integer_out_of_range_is_rejected_with_the_range(cell: Cell) -> None:
    assert cause(cell, TINYINT) == "is outside of -128 to 127"


def test_a_text_of_digits_without_end_is_rejected_at_once() -> None:
    assert "longer than 400 characters" in cause("9" * 5000, BIGINT)
    assert "longer than 400 characters" in cause("9" * 1_000_000, MONEY)
    assert "longer than 400 characters" in cause("9" * 5000, DOUBLE)


def test_digits_that_excel_has_lost_are_rejected() -> None:
    for column in (BIGINT, MONEY, OPEN):
        assert cause(Imprecise(1.23456789012346e16), column) == LOST


def test_a_large_number_that_is_exact_is_taken() -> None:
    assert convert(1234567890123450.0, BIGINT) == 1234567890123450
    assert convert(1e18, BIGINT) == 10**18


@pytest.mark.parametrize(
    ("text", "separator", "stored"),
    [("1,234", ",", 1234), ("-12,345,678", ",", -12345678), ("1.234.567", ".", 1234567), ("1'234", "'", 1234)],
)
def test_thousands_are_taken_when_the_operator_says_so(text: str, separator: str, stored: int) -> None:
    assert convert(text, BIGINT, Rules(thousands=separator)) == stored


def test_thousands_separators_are_named_where_they_are_not_allowed() -> None:
    assert cause("1,234", BIGINT) == "has thousands separators; --thousands , allows them"


@pytest.mark.parametrize("text", ["1,23", "12,34", "1234,567", ",123", "1,,234", "1,234,", "1,2345", "1.234"])
def test_thousands_in_wrong_places_are_rejected(text: str) -> None:
    assert cause(text, BIGINT, Rules(thousands=","))


@pytest.mark.parametrize("text", ["1.234.5", "1.234.", "1.23", "1234.5.6"])
def test_a_point_for_thousands_is_no_decimal_point_beside(text: str) -> None:
    assert cause(text, BIGINT, Rules(thousands="."))
    if text.count(".") > 1:
        assert cause(text, MONEY, Rules(thousands="."))


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        (5, "5.00"),
        (0.1, "0.10"),
        (-0.5, "-0.50"),
        (Padded(7, "007"), "7.00"),
        ("12.3", "12.30"),
        ("12.300", "12.30"),
        (".5", "0.50"),
        ("5.", "5.00"),
        ("1.5e3", "1500.00"),
        ("-0", "0.00"),
        ("-0.00", "0.00"),
        ("１２．５", "12.50"),
        (99_999_999.99, "99999999.99"),
    ],
)
def test_a_decimal_has_exactly_its_scale(cell: Cell, stored: str) -> None:
    assert convert(cell, MONEY) == stored


@pytest.mark.parametrize("cell", [0.125, "0.001", 1e-7, "1e-3"])
def test_more_decimals_than_the_scale_are_rejected_unless_rounded(cell: Cell) -> None:
    assert cause(cell, MONEY) == "takes 2 decimals at most; --round rounds them"
    assert convert(cell, MONEY, Rules(rounds=True)) in ("0.12", "0.00")


@pytest.mark.parametrize(("cell", "stored"), [(0.125, "0.12"), (0.135, "0.14"), ("2.5e-2", "0.02"), (-0.005, "0.00")])
def test_rounding_is_half_to_even(cell: Cell, stored: str) -> None:
    assert convert(cell, MONEY, Rules(rounds=True)) == stored


@pytest.mark.parametrize("cell", [100_000_000, -100_000_000, "1e8", 1e300, "1e999", "-1e999"])
def test_a_decimal_out_of_range_is_rejected(cell: Cell) -> None:
    assert cause(cell, MONEY) == "is too large for decimal(10,2)"


def test_a_decimal_that_is_rounded_out_of_range_is_rejected() -> None:
    assert cause("99999999.999", MONEY, Rules(rounds=True)) == "is too large for decimal(10,2)"


@pytest.mark.parametrize(
    "cell", ["1e9999999", "abc", "", "1,5", "NaN", "Infinity", "1e", "e5", ".", "+", "１，５", "5²", "٣"]
)
def test_a_decimal_column_rejects_what_is_no_number(cell: Cell) -> None:
    assert cause(cell, MONEY) == "takes numbers"
    assert cause(cell, DOUBLE) == "takes numbers"


def test_a_decimal_without_scale_keeps_what_it_is_given() -> None:
    assert convert("123456789012345678901234567890.123", OPEN) == "123456789012345678901234567890.123"
    assert convert(0.1, OPEN) == "0.1"
    assert convert(1e20, OPEN) == "100000000000000000000"


def test_more_digits_than_the_database_keeps_are_rejected() -> None:
    assert convert("123456789012.345", LITE) == "123456789012.345"
    assert cause("1234567890123.456", LITE) == "has more than 15 digits, which this database does not keep"


@pytest.mark.parametrize("text", ["1e999", "-1e309", "1e-400", "0." + "0" * 350 + "1"])
def test_a_number_beyond_a_double_is_rejected_where_the_database_keeps_doubles(text: str) -> None:
    assert cause(text, LITE) == "is out of range"
    assert cause(text, DOUBLE) == "is out of range"


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        (5, 5.0),
        (0.1, 0.1),
        (Padded(7, "007"), 7.0),
        (Imprecise(1e16), 1e16),
        ("1.5e3", 1500.0),
        ("-.5", -0.5),
        ("0e-999", 0.0),
    ],
)
def test_a_float_column_takes_numbers(cell: Cell, stored: float) -> None:
    value = convert(cell, DOUBLE)
    assert value == stored
    assert type(value) is float


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_written_as_text_is_the_float(value: float) -> None:
    assert convert(repr(value), DOUBLE) == value
    assert convert(f"{value:.17g}", DOUBLE) == value


@given(st.integers(-(2**63), 2**63 - 1))
def test_an_integer_written_as_text_is_the_integer(value: int) -> None:
    assert convert(str(value), BIGINT) == value
    assert convert(f"{value:,}", BIGINT, Rules(thousands=",")) == value


def test_the_largest_double_is_taken() -> None:
    assert math.isfinite(convert("1.7976931348623157e308", DOUBLE))


@pytest.mark.parametrize(
    "cell", [123456, 1234560, -0.123456, 1e20, 3.40282e38, 1.17550e-38, 0, 0.0, "1.23456000", Padded(7, "007")]
)
def test_a_float_of_mysql_takes_six_digits(cell: Cell) -> None:
    value = convert(cell, FLOAT)
    assert value == float(cell)  # type: ignore[arg-type]
    assert type(value) is float


@pytest.mark.parametrize("cell", [1234567, 0.1234567, "16777217", Imprecise(1234567890123456789.0)])
def test_a_float_of_mysql_rejects_digits_that_it_would_lose(cell: Cell) -> None:
    assert cause(cell, FLOAT) == "has more than 6 digits, which float does not keep; make the column DOUBLE or DECIMAL"


@pytest.mark.parametrize("cell", [3.5e38, "-1e39", 1e-39, "1e-400", 10**39])
def test_a_float_of_mysql_rejects_what_is_out_of_its_range(cell: Cell) -> None:
    assert cause(cell, FLOAT) == "is out of range"


@pytest.mark.parametrize(
    ("cell", "stored"), [(12345, "12345.00"), (1234.56, "1234.56"), ("-0.5", "-0.50"), (Padded(7, "007"), "7.00")]
)
def test_a_float_with_decimals_takes_them_exactly(cell: Cell, stored: str) -> None:
    assert convert(cell, FLOAT_72) == stored


def test_a_float_with_decimals_rejects_what_it_would_change() -> None:
    lost = "has more than 6 digits, which float does not keep; make the column DOUBLE or DECIMAL"
    assert cause(0.125, FLOAT_72) == "takes 2 decimals at most; --round rounds them"
    assert cause(100000, FLOAT_72) == "is too large for float(7,2)"
    assert cause(12345.67, FLOAT_72) == lost
    assert (
        cause(1234567, Column("c", "decimal", "float(9,0)", precision=9, scale=0, exact_digits=6, is_floating=True))
        == lost
    )
    assert cause("1234567890123.456", DOUBLE_203) == (
        "has more than 15 digits, which double does not keep; make the column DECIMAL"
    )
