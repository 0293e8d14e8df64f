"""Integers, decimals and floats."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from typing import Any, NoReturn

from app.sheets.cells import Imprecise, Padded
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.rules import Rules
from app.sheets.table import FLOAT_DIGITS, Column

Handlers = dict[type, Callable[[Any], Any]]

_INTEGER = re.compile(r"[+-]?[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# Unicode, "Halfwidth and Fullwidth Forms": the full-width ones of ! to ~; and the blank of their width.
_FULL_WIDTH = {0xFF01 + place: 0x21 + place for place in range(94)} | {0x3000: 0x20}
# Exact: nothing is rounded but where `quantize` is told to.
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
MOST_REMEMBERED = 100_000
# The least and the largest of 32 bits with all their digits, beside 0 (IEEE 754, binary32).
FLOAT_RANGE = (2.0**-126, (2 - 2.0**-23) * 2.0**127)
LONGEST_NUMBER = 400  # characters of a number written as text; MySQL's DECIMAL ends at 65 digits, a double at 309


def integers(column: Column, rules: Rules) -> Handlers:
    """Return the handlers of an integer column; they return int."""
    low, high = column.minimum, column.maximum

    def check(value: int) -> int:
        if (low is not None and value < low) or (high is not None and value > high):
            raise BadCell(f"is outside of {low} to {high}")
        return value

    def from_float(value: float) -> int:
        if not value.is_integer():
            raise BadCell("takes whole numbers")
        return check(int(Decimal(repr(value))))

    def from_text(text: str) -> int:
        plain = plain_number_text(text, rules)
        if not _INTEGER.fullmatch(plain):
            raise BadCell("takes whole numbers")
        return check(int(plain))

    return {int: check, Padded: lambda value: check(int(value)), float: from_float, str: from_text, Imprecise: lost}


def decimals(column: Column, rules: Rules) -> Handlers:
    """Return the handlers of a DECIMAL column; they return its text with exactly `scale` decimals."""
    precision, scale = column.precision, column.scale
    step = None if scale is None else Decimal(1).scaleb(-scale)
    limit = None if precision is None or scale is None else 10 ** (precision - scale)
    zeros = "." + "0" * scale if scale else ""
    check = _kept(column)

    def from_decimal(value: Decimal) -> str:
        if limit is not None and value.copy_abs() >= limit:
            raise BadCell(f"is too large for {column.sql_type}")
        if step is not None:
            exact = value.quantize(step, rounding=ROUND_HALF_EVEN, context=_EXACT)
            if exact != value and not rules.rounds:
                raise BadCell(f"takes {scale} decimals at most; --round rounds them")
            if limit is not None and exact.copy_abs() >= limit:
                raise BadCell(f"is too large for {column.sql_type}")
            value = exact
        check(value)
        return f"{value if value else abs(value):f}"

    known: dict[float, str] = {}

    def from_float(value: float) -> str:
        text = known.get(value)
        if text is None:
            text = from_decimal(Decimal(repr(value)))
            if len(known) < MOST_REMEMBERED:
                known[value] = text
        return text

    def from_int(value: int) -> str:
        if limit is not None and not -limit < value < limit:
            raise BadCell(f"is too large for {column.sql_type}")
        if column.exact_digits == FLOAT_DIGITS:
            check(Decimal(int(value)))
        return f"{int(value)}{zeros}"

    def from_text(text: str) -> str:
        plain = plain_number_text(text, rules)
        if not _DECIMAL.fullmatch(plain):
            raise BadCell("takes numbers")
        return from_decimal(Decimal(plain))

    return {int: from_int, Padded: from_int, float: from_float, str: from_text, Imprecise: lost}


def floats(column: Column, rules: Rules) -> Handlers:
    """Return the handlers of a floating-point column; they return float."""
    check = _kept(column)

    def from_number(value: float) -> float:
        check(Decimal(repr(value)) if isinstance(value, float) else Decimal(int(value)))
        return float(value)

    def from_text(text: str) -> float:
        plain = plain_number_text(text, rules)
        if not _DECIMAL.fullmatch(plain):
            raise BadCell("takes numbers")
        check(Decimal(plain))
        return in_range(float(plain), plain)

    number = float if column.exact_digits is None else from_number
    return {int: number, Padded: number, float: number, Imprecise: number, str: from_text}


def _kept(column: Column) -> Callable[[Decimal], None]:
    """Return the function that rejects numbers which the column's floating point would change."""
    most = column.exact_digits
    if most is None:
        return lambda _value: None
    smallest, largest = FLOAT_RANGE if most == FLOAT_DIGITS else (0.0, math.inf)
    if most == FLOAT_DIGITS:
        who = "float does not keep; make the column DOUBLE or DECIMAL"
    else:
        who = "double does not keep; make the column DECIMAL" if column.is_floating else "this database does not keep"

    def check(value: Decimal) -> None:
        in_range(float(value), value)
        if value and not smallest <= abs(value) <= largest:
            raise BadCell("is out of range")
        if len(value.normalize(_EXACT).as_tuple().digits) > most:
            raise BadCell(f"has more than {most} digits, which {who}")

    return check


def in_range(value: float, exact: str | Decimal) -> float:
    """Return the double that stands for an exact number; reject one too large, or too small to differ from 0."""
    if math.isinf(value) or (value == 0 and Decimal(exact) != 0):
        raise BadCell("is out of range")
    return value


def lost(_value: float) -> NoReturn:
    """Reject a number of more than 15 digits."""
    raise BadCell("digits beyond the 15th were already lost in Excel; format the column as text")


def plain_text(text: str) -> str:
    """Return `text` without surrounding blanks, full-width characters as plain ones.

    Only these: Unicode's NFKC would make 5² into 52 and ① into 1.
    """
    return text.strip() if text.isascii() else text.translate(_FULL_WIDTH).strip()


def plain_number_text(text: str, rules: Rules) -> str:
    """Return a number's text in plain digits, without the thousands separators that the rules allow."""
    plain = plain_text(text)
    if len(plain) > LONGEST_NUMBER:
        raise BadCell(f"is longer than {LONGEST_NUMBER} characters")
    if rules.thousands and rules.thousands in plain:
        separator = re.escape(rules.thousands)
        decimals = "" if rules.thousands == "." else r"(?:\.[0-9]*)?"
        if re.fullmatch(rf"[+-]?[0-9]{{1,3}}(?:{separator}[0-9]{{3}})+{decimals}", plain):
            return plain.replace(rules.thousands, "")
    if not rules.thousands and _THOUSANDS.fullmatch(plain):
        raise BadCell("has thousands separators; --thousands , allows them")
    return plain
