"""Dates, datetimes and times."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import NoReturn

from app.sheets.cells import Imprecise, Padded
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.numbers import Handlers, plain_text
from app.sheets.convert.rules import DATE_ORDERS, Rules
from app.sheets.table import Column

_TIME = r"(?P<clock>(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,6}))?)?)"
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})(?:-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})|/(?P<m2>\d{1,2})/(?P<d2>\d{1,2})"
    r"|(?P<m3>\d{2})(?P<d3>\d{2})|年(?P<m4>\d{1,2})月(?P<d4>\d{1,2})日)"
    rf"(?:(?:T| +){_TIME})?",
    re.ASCII,
)
_SOME_ORDER = re.compile(rf"(\d{{1,4}})[-/.](\d{{1,2}})[-/.](\d{{1,4}})(?:(?:T| +){_TIME})?", re.ASCII)
_TIME_TEXT = re.compile(_TIME, re.ASCII)
# A year of two digits is of this century up to 29, as in Excel (Microsoft, "Change the date system, format, or
# two-digit year interpretation").
LAST_TWO_DIGIT_YEAR = 29
MICROSECOND = timedelta(microseconds=1)
MILLISECOND = 1000  # microseconds
MOST_REMEMBERED = 100_000
TWO_DATES = "could be two dates; say --date-order DMY, MDY or YMD"
OTHER_ORDER = "is not written as 2024-06-10; --date-order DMY, MDY or YMD reads other orders"
ANY_DAY = date(2000, 1, 1)


def dates(_column: Column, rules: Rules) -> Handlers:
    """Return the handlers of a date column; they return `YYYY-MM-DD`."""

    def from_datetime(value: datetime) -> str:
        if value.time() != time():
            raise BadCell("has a time of day; it takes dates")
        return value.date().isoformat()

    return {
        date: date.isoformat,
        datetime: from_datetime,
        str: lambda text: from_datetime(parsed(text, rules)),
        **_bare_numbers("a date"),
    }


def datetimes(column: Column, rules: Rules) -> Handlers:
    """Return the handlers of a datetime column; they return `YYYY-MM-DD HH:MM:SS` and its fraction digits."""
    spell = _spelling(column)
    midnight = spell(time())
    known: dict[datetime, str] = {}

    def exactly(value: datetime) -> str:
        return f"{value.date().isoformat()} {spell(value.time())}"

    def from_cell(value: datetime) -> str:
        text = known.get(value)
        if text is None:
            text = exactly(settled(value, column))
            if len(known) < MOST_REMEMBERED:
                known[value] = text
        return text

    return {
        datetime: from_cell,
        date: lambda value: f"{value.isoformat()} {midnight}",
        str: lambda text: exactly(parsed(text, rules)),
        **_bare_numbers("a date"),
    }


def times(column: Column, _rules: Rules) -> Handlers:
    """Return the handlers of a time column; they return `HH:MM:SS` and its fraction digits."""
    spell = _spelling(column)

    def from_duration(value: timedelta) -> str:
        if not timedelta() <= value < timedelta(days=1):
            raise BadCell("takes times below 24:00")
        return spell(settled(datetime.combine(ANY_DAY, time()) + value, column).time())

    def from_text(text: str) -> str:
        match = _TIME_TEXT.fullmatch(plain_text(text))
        if match is None:
            raise BadCell("takes times, HH:MM or HH:MM:SS")
        return spell(_clock(match))

    def from_cell(value: time) -> str:
        return spell(settled(datetime.combine(ANY_DAY, value), column).time())

    return {time: from_cell, timedelta: from_duration, str: from_text, **_bare_numbers("a time")}


def settled(value: datetime, column: Column) -> datetime:
    """Return a moment from a number cell at the milliseconds that a column keeps, where it is within a microsecond.

    A double holds a moment of our times to 0.6 microseconds only (see `app.sheets.read.xlsx.serials`).
    """
    step = 10 ** (6 - column.fraction_digits)
    rest = value.microsecond % step
    if step >= MILLISECOND and rest == 1:
        return value - MICROSECOND
    return value + MICROSECOND if step >= MILLISECOND and rest == step - 1 and value < datetime.max else value


def parsed(text: str, rules: Rules) -> datetime:
    """Return the date and time that a text spells, the year first or in the order that the rules give.

    Raises:
        BadCell: it spells none, or one of two.
    """
    plain = plain_text(text)
    match = _YEAR_FIRST.fullmatch(plain)
    if match:
        month, day = (next(match[f"{part}{n}"] for n in "1234" if match[f"{part}{n}"]) for part in "md")
        return _combined(match["year"], month, day, match)
    match = _SOME_ORDER.fullmatch(plain)
    if match is None:
        raise BadCell("takes dates, as 2024-06-10")
    if not rules.date_order:
        raise BadCell(TWO_DATES if len(_readings(match)) > 1 else OTHER_ORDER)
    return _in_order(match, rules.date_order)


def _readings(match: re.Match[str]) -> set[datetime]:
    """Return all dates that three numbers can mean."""
    readings = set()
    for order in DATE_ORDERS:
        with suppress(BadCell):
            readings.add(_in_order(match, order))
    return readings


def _in_order(match: re.Match[str], order: str) -> datetime:
    parts = dict(zip(order, match.groups()[:3], strict=True))
    return _combined(_full_year(parts["Y"]), parts["M"], parts["D"], match)


def _combined(year: str, month: str, day: str, match: re.Match[str]) -> datetime:
    clock = _clock(match) if match["clock"] else time()
    try:
        return datetime.combine(date(int(year), int(month), int(day)), clock)
    except ValueError:
        raise BadCell("is no day of the calendar") from None


def _full_year(year: str) -> str:
    if len(year) > 2:
        return year
    return str(int(year) + (2000 if int(year) <= LAST_TWO_DIGIT_YEAR else 1900))


def _clock(match: re.Match[str]) -> time:
    try:
        return time(
            int(match["hour"]),
            int(match["minute"]),
            int(match["second"] or 0),
            int((match["fraction"] or "0").ljust(6, "0")),
        )
    except ValueError:
        raise BadCell("has a time that no clock shows; it takes times below 24:00") from None


def _spelling(column: Column) -> Callable[[time], str]:
    """Return the function that spells a time with the column's fraction digits, and rejects what they would lose."""
    digits = column.fraction_digits
    step = 10 ** (6 - digits)

    def spell(value: time) -> str:
        if value.microsecond % step:
            raise BadCell(f"has fractions of a second that {column.sql_type} would lose")
        text = f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}"
        return f"{text}.{value.microsecond:06d}"[: 9 + digits] if digits else text

    return spell


def _bare_numbers(what: str) -> Handlers:
    def reject(_value: float) -> NoReturn:
        raise BadCell(f"is a bare number, not {what}; give the cells a {what.removeprefix('a ')} format in Excel")

    return {int: reject, float: reject, Padded: reject, Imprecise: reject}
