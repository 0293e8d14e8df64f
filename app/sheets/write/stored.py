"""What the database hands over, as the value that a column means by it: the reverse of `app.sheets.convert`.

MySQL's values come as the text of its protocol, SQLite's as whatever was stored. What is not spelled as the column's
kind is stays as it is.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.sheets.convert.numbers import FLOAT_RANGE
from app.sheets.table import FLOAT_DIGITS, Column

INTEGER = re.compile(r"-?[0-9]{1,400}", re.ASCII)
DECIMAL = re.compile(r"-?[0-9]{1,400}(?:\.[0-9]{1,400})?", re.ASCII)
FLOAT = re.compile(r"-?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
DATETIME = re.compile(rf"{DATE.pattern} [0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(?:\.[0-9]{{1,6}})?", re.ASCII)
TIME = re.compile(r"(-?)([0-9]{2,3}):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,6}))?", re.ASCII)
SINGLE = struct.Struct("f")  # IEEE 754, binary32
SINGLE_DIGITS = range(FLOAT_DIGITS, 10)
LARGEST_SINGLE = FLOAT_RANGE[1]
DAY = timedelta(days=1)
ANY_DAY = datetime(2000, 1, 1)


def value_of(column: Column | None) -> Callable[[Any], Any]:
    """Return the function that makes a stored value, not None, into what the column means by it."""
    if column is None:
        return _as_it_is
    if column.kind == "decimal":
        return _decimals(column.scale)
    if column.exact_digits == FLOAT_DIGITS:
        return _single
    return _VALUES.get(column.kind, _as_it_is)


def _as_it_is(value: Any) -> Any:
    return value


def _integer(value: Any) -> Any:
    return int(value) if isinstance(value, str) and INTEGER.fullmatch(value) else value


def _float(value: Any) -> Any:
    if isinstance(value, str):
        return float(value) if FLOAT.fullmatch(value) else value
    return float(value) if isinstance(value, int) and float(value) == value else value


def _single(value: Any) -> Any:
    """Return a number of 32 bits in the fewest digits that tell it from the others; 9 do always."""
    number = _float(value)
    if not isinstance(number, float) or not abs(number) <= LARGEST_SINGLE:
        return number
    return next(
        (short for digits in SINGLE_DIGITS if _to_single(short := float(f"{number:.{digits}g}")) == number), number
    )


def _to_single(value: float) -> float:
    return float(SINGLE.unpack(SINGLE.pack(value))[0]) if abs(value) <= LARGEST_SINGLE else value


def _decimals(scale: int | None) -> Callable[[Any], Any]:
    def decimal(value: Any) -> Any:
        if isinstance(value, str):
            return Decimal(value) if DECIMAL.fullmatch(value) else value
        if scale is None or not isinstance(value, int | float):
            return value
        text = f"{value:.{scale}f}"
        return Decimal(text) if type(value)(float(text)) == value else value

    return decimal


def _boolean(value: Any) -> Any:
    return _BOOLEANS.get(value, _integer(value)) if isinstance(value, int | str) else value


def _date(value: Any) -> Any:
    return _parsed(date.fromisoformat, value) if isinstance(value, str) and DATE.fullmatch(value) else value


def _datetime(value: Any) -> Any:
    return _parsed(datetime.fromisoformat, value) if isinstance(value, str) and DATETIME.fullmatch(value) else value


def _parsed(parse: Callable[[str], Any], text: str) -> Any:
    """Return what a text spells; itself where there is no such day: MySQL's 0000-00-00."""
    try:
        return parse(text)
    except ValueError:
        return text


def _time(value: Any) -> Any:
    """Return a time of day, or a duration where there is no such one: below 0, 24:00 and over."""
    if isinstance(value, str):
        match = TIME.fullmatch(value)
        if match is None:
            return value
        hours, minutes, seconds = map(int, match.groups()[1:4])
        fraction = int((match[5] or "").ljust(6, "0"))
        value = timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=fraction)
        value = -value if match[1] else value
    if isinstance(value, timedelta) and timedelta() <= value < DAY:
        return (ANY_DAY + value).time()
    return value


def _json(value: Any) -> Any:
    """Return a text; SQLite has made a number of JSON that is one."""
    return repr(value) if isinstance(value, int | float) else value


def _bytes(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


_BOOLEANS: dict[Any, bool] = {0: False, 1: True, "0": False, "1": True}
_VALUES: dict[str, Callable[[Any], Any]] = {
    "integer": _integer,
    "float": _float,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "json": _json,
    "binary": _bytes,
}
