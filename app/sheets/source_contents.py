"""What a cell that was read becomes where it is written again: a later import reads the same there."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from app.sheets.cells import Cell, Imprecise, Padded, Unusable
from app.sheets.contents import (
    BOOLEAN,
    DATE_FORMAT,
    DATETIME_FORMAT,
    DURATION_FORMAT,
    MICROSECOND,
    MILLISECONDS,
    NUMBER,
    TEXT,
    TIME_FORMAT,
    Content,
    content_of,
)
from app.sheets.read.xlsx.serials import DAY_US

ERROR = "e"  # openpyxl's word for the type
# What Excel shows in place of a value (ECMA-376 part 1, 18.17.3).
ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"})
# Stands for what cannot be written, since no import takes it for a value.
NO_VALUE = Content("#N/A", ERROR)
_EPOCH = datetime(1899, 12, 30)
_DAY_1 = datetime(1900, 1, 1)
_MARCH_1900 = datetime(1900, 3, 1)  # before it, Excel counts a 29 February 1900 that never was
_ONE_DAY = timedelta(days=1)


def source_content(cell: Cell) -> tuple[Content | None, str]:
    """Return what to write for a cell, and what is to be said of it: "" where it is the same as in the source."""
    if isinstance(cell, Unusable):
        shown = cell.reason.removeprefix("shows ")
        return (Content(shown, ERROR), "") if shown in ERRORS else (NO_VALUE, cell.reason)
    if isinstance(cell, str):
        try:
            return content_of(cell), ""
        except ValueError as error:
            return NO_VALUE, f"{error}; take it from the source"
    return (None if cell is None else _WRITTEN[type(cell)](cell)), ""


def _number(value: float) -> Content:
    return Content(repr(value), NUMBER)


def _imprecise(value: float) -> Content:
    """Return the next double, which has digits beyond the 15th again."""
    return Content(repr(math.nextafter(value, math.inf)), NUMBER)


def _moment(value: datetime, form: str) -> Content:
    if value < _DAY_1 or value.tzinfo:
        return Content(value.isoformat() if form == DATETIME_FORMAT else value.date().isoformat(), TEXT)
    return _serial(value - _EPOCH - _ONE_DAY * (value < _MARCH_1900), form)


def _serial(value: timedelta, form: str) -> Content:
    """Return a span of time as the double of its days that is nearest."""
    serial = (value // MICROSECOND) / DAY_US  # of two integers: rounded once
    return Content(repr(serial), NUMBER, form + MILLISECONDS * bool(value.microseconds))


def _time(value: time) -> Content:
    return _serial(datetime.combine(_EPOCH, value.replace(tzinfo=None)) - _EPOCH, TIME_FORMAT)


_WRITTEN: dict[type, Callable[[Any], Content]] = {
    bool: lambda value: Content(value, BOOLEAN),
    int: _number,
    float: _number,
    Padded: lambda value: Content(str(int(value)), NUMBER, "0" * len(value.shown)),
    Imprecise: _imprecise,
    date: lambda value: _moment(datetime.combine(value, time()), DATE_FORMAT),
    datetime: lambda value: _moment(value, DATETIME_FORMAT),
    time: _time,
    timedelta: lambda value: _serial(value, DURATION_FORMAT),
}
