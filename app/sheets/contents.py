"""What a value becomes in a cell that is written, so that neither Excel nor a later import reads another one there."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from rich.cells import cell_len

from app.sheets.convert.texts import hours
from app.sheets.read.xlsx.serials import DAY_US, EPOCH_1900, split

TEXT, NUMBER, BOOLEAN = "s", "n", "b"  # openpyxl's words for the types of cells
GENERAL = "General"
AS_TEXT = "@"
DATE_FORMAT = "yyyy-mm-dd"
DATETIME_FORMAT = "yyyy-mm-dd hh:mm:ss"
TIME_FORMAT = "hh:mm:ss"
DURATION_FORMAT = "[h]:mm:ss"
MILLISECONDS = ".000"  # Excel shows no more
# Excel keeps 15 digits of a number, and 32,767 characters of a text (Microsoft, "Excel specifications and limits"), and
# 30 digits after the point in a format.
EXACT_DIGITS = 15
LONGEST_TEXT = 32_767
MOST_DECIMALS = 30
# Of numbers beside 0 (Microsoft, "Excel specifications and limits"): Excel takes smaller ones for 0.
NUMBERS = (2.2251e-308, 9.99999999999999e307)
# Before this day, Excel's calendar has a 29 February 1900 (Microsoft, "Excel incorrectly assumes that the year 1900 is
# a leap year").
FIRST_DAY = date(1900, 3, 1)
EPOCH_DAY = EPOCH_1900.toordinal()
FIRST_SERIAL = FIRST_DAY.toordinal() - EPOCH_DAY
MICROSECOND = timedelta(microseconds=1)
# Also in full width, which Excel takes for the others where it is Chinese or Japanese (OWASP, "CSV Injection").
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
# What is written as _xHHHH_ (ECMA-376 part 1, 22.9.2.19): a text that looks like such an escape; what XML cannot hold
# (W3C, "Extensible Markup Language", 2.2), and carriage returns, which it turns into line feeds; and the first blank of
# a text of nothing but blanks, which Excel would drop.
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]|\A\s(?=\s*\Z)")
_HALF = re.compile("[\ud800-\udfff]")


class Content(NamedTuple):
    """What stands in a cell: its text, True or False, the type of the cell, and its number format.

    Dates and times are numbers, as Excel has them. Texts are escaped as ECMA-376 has it, not yet as XML has it.
    """

    value: str | bool
    kind: str
    format: str = GENERAL


def content_of(value: object) -> Content | None:
    """Return what stands in the cell for a value; None for a blank one.

    Raises:
        ValueError: no cell can hold it; the text continues the sentence "the value ...".
    """
    if value is None:
        return None
    for kind in type(value).__mro__:
        if kind in _CONTENTS:
            return _CONTENTS[kind](value)
    raise ValueError(f"is a {type(value).__name__}, which no cell can hold")


def width_of(content: Content | None) -> int:
    """Return how wide a cell is shown, in characters, of which a Chinese one takes two."""
    if content is None:
        return 0
    if content.kind == NUMBER and content.format not in (GENERAL, AS_TEXT) and not content.format.startswith("0"):
        return len(content.format)
    return max(map(cell_len, str(content.value).split("\n")))


def _text(value: str) -> Content | None:
    if _HALF.search(value):
        raise ValueError("has half of a character, which no workbook can hold")
    written = _ESCAPED.sub(lambda match: f"_x{ord(match[0]):04X}_", value)
    units = len(written) + sum(character > "\uffff" for character in written)  # as Excel counts: in UTF-16
    if units > LONGEST_TEXT:
        raise ValueError(f"has {units:,} characters; a cell holds {LONGEST_TEXT:,}")
    # Excel would take it for a formula as soon as somebody edits the cell.
    return Content(written, TEXT, AS_TEXT if value.startswith(FORMULA_STARTS) else GENERAL) if value else None


def _integer(value: int) -> Content:
    text = str(value)
    return Content(text, NUMBER) if len(text.lstrip("-")) <= EXACT_DIGITS else Content(text, TEXT, AS_TEXT)


def _decimal(value: Decimal) -> Content:
    text = format(value, "f")
    decimals = len(text.partition(".")[2])
    digits = text.lstrip("-").replace(".", "").lstrip("0")
    if not value.is_finite() or decimals > MOST_DECIMALS or len(digits) > EXACT_DIGITS:
        return Content(text, TEXT, AS_TEXT)
    return Content(text, NUMBER, "0." + "0" * decimals if decimals else "0")


def _float(value: float) -> Content:
    short = f"{value:.15g}"
    is_kept = float(short) == value and (value == 0 or NUMBERS[0] <= abs(value) <= NUMBERS[1])
    return Content(short, NUMBER) if is_kept else Content(repr(value), TEXT, AS_TEXT)


def _datetime(value: datetime) -> Content:
    days = value.toordinal() - EPOCH_DAY
    if value.tzinfo or days < FIRST_SERIAL:
        return Content(value.isoformat(" "), TEXT)
    return _moment(days, _since_midnight(value), DATETIME_FORMAT) or Content(value.isoformat(" "), TEXT)


def _date(value: date) -> Content:
    days = value.toordinal() - EPOCH_DAY
    return Content(str(days), NUMBER, DATE_FORMAT) if days >= FIRST_SERIAL else Content(value.isoformat(), TEXT)


def _time(value: time) -> Content:
    found = None if value.tzinfo else _moment(0, _since_midnight(value), TIME_FORMAT)
    return found or Content(value.isoformat(), TEXT)


def _duration(value: timedelta) -> Content:
    # Excel shows #### for what is below zero.
    found = _moment(value.days, value // MICROSECOND % DAY_US, DURATION_FORMAT) if value >= timedelta() else None
    return found or Content(hours(value), TEXT)


def _since_midnight(value: datetime | time) -> int:
    """Return the microseconds of a day that are over."""
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def _moment(days: int, microseconds: int, form: str) -> Content | None:
    """Return a moment or a span of time as its number of days; None where a double does not give it back."""
    serial = (days * DAY_US + microseconds) / DAY_US  # of two integers: rounded once
    text = repr(serial)
    if split(serial, text) != (days, microseconds):
        return None
    return Content(text.removesuffix(".0"), NUMBER, form + MILLISECONDS * bool(microseconds % 1_000_000))


_CONTENTS: dict[type, Callable[[Any], Content | None]] = {
    str: _text,
    bytes: lambda value: _text(b64encode(value).decode()),
    bool: lambda value: Content(value, BOOLEAN),
    int: _integer,
    Decimal: _decimal,
    float: _float,
    datetime: _datetime,
    date: _date,
    time: _time,
    timedelta: _duration,
}
