"""A number is the double that Excel holds, taken to 15 significant digits."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import Cell, Imprecise, Unusable
from app.sheets.read.numbers import parse_number, to_15_digits

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.30000000000000004", 0.3),
        ("71053.0", 71053),
        ("71053", 71053),
        ("007", 7),
        ("-5", -5),
        ("+5", 5),
        ("-0", 0),
        ("-0.0", 0),
        ("1E3", 1000),
        ("1.5e-7", 1.5e-7),
        ("999999999999999", 999_999_999_999_999),
        ("1e-400", 0),
        (" 12 ", 12),
    ],
)
def test_a_number_is_taken_to_15_digits(text: str, value: float) -> None:
    number = parse_number(text)
    assert number == value
    assert type(number) is type(value)


@pytest.mark.parametrize("text", ["1E+15", "1000000000000000", "1234567890123450", "1e300"])
def test_more_than_15_digits_that_end_in_zeros_are_a_float(text: str) -> None:
    assert type(parse_number(text)) is float


@pytest.mark.parametrize("text", ["1234567890123456", "12345678901234567890", "1234567890123456.0"])
def test_digits_beyond_the_15th_make_a_number_imprecise(text: str) -> None:
    assert isinstance(parse_number(text), Imprecise)


@pytest.mark.parametrize("text", ["", "abc", "1,5", "1_000", "٣", "²", "0x10", "1e", "--1", "1 2", "１"])
def test_what_is_no_number_is_unusable(text: str) -> None:
    cell = parse_number(text)
    assert isinstance(cell, Unusable)
    assert "not a number" in cell.reason


@pytest.mark.parametrize("text", ["1e999", "-1e999", "1.7976931348623157E+308", "nan", "inf", "-Infinity", "9" * 5000])
def test_what_no_double_holds_is_unusable(text: str) -> None:
    assert isinstance(parse_number(text), Unusable)


def test_the_message_about_a_number_does_not_repeat_a_megabyte() -> None:
    cell = parse_number("x" * 1_000_000)
    assert isinstance(cell, Unusable)
    assert len(cell.reason) < 100


@given(FINITE)
def test_any_double_becomes_its_15_digits(value: float) -> None:
    wanted = Context(prec=15, rounding=ROUND_HALF_EVEN).create_decimal(Decimal(value))
    number = to_15_digits(value, repr(value))
    assert not isinstance(number, Unusable) or abs(value) > 1.797693134862315e308
    if not isinstance(number, Unusable):
        assert isinstance(number, int | float)
        assert float(number) == float(wanted)


@given(FINITE.filter(lambda value: abs(value) < 1e15), st.sampled_from(["r", ".15g", ".17g"]))
def test_the_spelling_of_a_double_does_not_matter(value: float, form: str) -> None:
    text = repr(value) if form == "r" else format(value, form)
    assert parse_number(text) == parse_number(repr(value))


@given(FINITE)
def test_numbers_that_excel_shows_whole_are_integers(value: float) -> None:
    number: Cell = to_15_digits(value)
    if isinstance(number, float) and abs(number) < 1e15:
        assert not number.is_integer()
    assert not isinstance(number, int) or abs(number) <= 10**15


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_integers_of_15_digits_are_kept(value: int) -> None:
    assert parse_number(str(value)) == value
    assert parse_number(f"{value}.0") == value


@given(st.integers(10**15, 10**25))
def test_a_long_number_is_imprecise_unless_zeros_follow_the_15th_digit(value: int) -> None:
    is_exact = set(str(value)[15:]) == {"0"}
    assert isinstance(parse_number(str(value)), Imprecise) is not is_exact
