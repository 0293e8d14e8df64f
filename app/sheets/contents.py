"""What a value becomes in a cell that is written, so that neither Excel nor a later import reads another one there."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from rich.cells import cell_len

TEXT, NUMBER, BOOLEAN, DATE = "s", "n", "b", "d"  # openpyxl's words for the types of cells
GENERAL = "General"
AS_TEXT = "@"
DATE_FORMAT = "yyyy-mm-dd"
DATETIME_FORMAT = "yyyy-mm-dd hh:mm:ss"
MILLISECONDS = ".000"
# Excel keeps 15 digits of a number, 32,767 characters of a text, milliseconds of a time (Microsoft, "Excel
# specifications and limits"), and 30 digits after the point in a format.
EXACT_DIGITS = 15
LONGEST_TEXT = 32_767
MOST_DECIMALS = 30
# Before this day, Excel's calendar has a 29 February 1900 (Microsoft, "Excel incorrectly assumes that the year 1900 is
# a leap year").
FIRST_DAY = date(1900, 3, 1)
FORMULA_STARTS = ("=", "+", "-", "@")
# What XML 1.0 cannot hold (W3C, "Extensible Markup Language", 2.2).
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What is written as _xHHHH_ (ECMA-376 part 1, 22.9.2.19): a text that looks like such an escape; carriage returns,
# which XML turns into line feeds; and the first blank of a text of nothing but blanks, which Excel would drop.
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|\r|\A\s(?=\s*\Z)")


class Content(NamedTuple):
    """What stands in a cell: the value as openpyxl takes it, the type of the cell, and its number format."""

    value: Any
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
    if content.kind == DATE:
        return len(content.format)
    return max(map(cell_len, str(content.value).split("\n")))


def _text(value: str) -> Content | None:
    found = _ILLEGAL.search(value)
    if found:
        raise ValueError(f"has the character U+{ord(found[0]):04X}, which no workbook can hold")
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
    return Content(repr(value), NUMBER) if math.isfinite(value) else Content(repr(value), TEXT, AS_TEXT)


def _datetime(value: datetime) -> Content:
    if value.tzinfo or value.date() < FIRST_DAY or value.microsecond % 1000:
        return Content(value.isoformat(" "), TEXT)
    return Content(value, DATE, DATETIME_FORMAT + MILLISECONDS * bool(value.microsecond))


def _date(value: date) -> Content:
    return Content(value, DATE, DATE_FORMAT) if value >= FIRST_DAY else Content(value.isoformat(), TEXT)


def _time(value: time) -> Content:
    if value.tzinfo or value.microsecond % 1000:
        return Content(value.isoformat(), TEXT)
    return Content(value, DATE, "hh:mm:ss" + MILLISECONDS * bool(value.microsecond))


def _duration(value: timedelta) -> Content:
    if value < timedelta(0) or value.microseconds % 1000:  # Excel shows #### for what is below zero
        return Content(_hours(value), TEXT)
    return Content(value, DATE, "[h]:mm:ss" + MILLISECONDS * bool(value.microseconds))


def _hours(value: timedelta) -> str:
    """Return a duration as MySQL writes it: `-26:30:00`."""
    seconds, rest = divmod(abs(value), timedelta(seconds=1))
    sign, fraction = "-" * (value < timedelta(0)), f".{rest.microseconds:06}" * bool(rest)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


_CONTENTS: dict[type, Callable[[Any], Content | None]] = {
    str: _text,
    bool: lambda value: Content(value, BOOLEAN),
    int: _integer,
    Decimal: _decimal,
    float: _float,
    datetime: _datetime,
    date: _date,
    time: _time,
    timedelta: _duration,
}
