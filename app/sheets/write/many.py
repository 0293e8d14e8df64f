"""Many values of a column at once, where they are all of the usual make; to the same effect as one by one, only faster.

Each function takes values, none of them None, and returns the type and the format of their cells with the texts in
them; None for values that are to be written one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from app.sheets.contents import (
    BOOLEAN,
    DATE_FORMAT,
    DATETIME_FORMAT,
    EXACT_DIGITS,
    FIRST_DAY,
    GENERAL,
    NUMBER,
    NUMBERS,
    TEXT,
    TIME_FORMAT,
)
from app.sheets.read.xlsx.serials import EPOCH_1900
from app.sheets.table import FLOAT_DIGITS, Column
from app.sheets.write.stored import DATE

DAY_S = 86_400
DECIMALS = 12  # of a serial: a tenth of a microsecond
MOST_REMEMBERED = 200_000
LONGEST_PLAIN = 8_000  # characters of a text of which none need be counted
CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.0{1,6})?", re.ASCII)
LIMIT = 10**EXACT_DIGITS
# Of texts joined by line feeds; MySQL pads the digits of ZEROFILL alone, and not in what it is asked for here.
_INTEGER, _FLOAT = "(?:0|-?+[1-9][0-9]*+)", "-?+[0-9]++(?:[.][0-9]++)?+(?:e[-+]?+[0-9]{1,3}+)?+"
_INTEGERS, _FLOATS = (re.compile(rf"{one}(?:\n{one})*+") for one in (_INTEGER, _FLOAT))
# In texts joined by line feeds: what ECMA-376 needs escaped, blanks at an end, the start of a formula; what XML does.
_NOT_PLAIN = re.compile(
    "[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|_x|^[\\s=+\\-@＝＋－＠]|\\s$", re.MULTILINE
)
_MARKUP = re.compile("[&<>]")


class Alike(NamedTuple):
    """Cells of one type and one format, and what stands in each.

    Attributes:
        as_text: where some are texts instead, that text for each of these, and None for the others.
    """

    kind: str
    format: str
    texts: Sequence[str]
    as_text: Sequence[str | None] = ()


Many = Callable[[Sequence[Any]], Alike | None]


def many_of(column: Column | None) -> Many:
    """Return the function for a column of the table; for None that of a column of any values."""
    if column is None:
        return _any
    if column.kind == "decimal":
        return _decimals(column.scale)
    return _none if column.exact_digits == FLOAT_DIGITS else _MANY.get(column.kind, _any)


def _none(_values: Sequence[Any]) -> None:
    return None


def _any(values: Sequence[Any]) -> Alike | None:
    types = set(map(type, values))
    return _BY_TYPE[types.pop()](values) if len(types) == 1 and types <= _BY_TYPE.keys() else None


def _texts(values: Sequence[str]) -> Alike | None:
    joined = "\n".join(values)
    if max(map(len, values)) > LONGEST_PLAIN or "" in values or _NOT_PLAIN.search(joined):
        return None
    return Alike(TEXT, GENERAL, list(map(escape, values)) if _MARKUP.search(joined) else values)


def _integers(values: Sequence[Any]) -> Alike | None:
    types = set(map(type, values))
    if types == {int}:
        return Alike(NUMBER, GENERAL, list(map(str, values))) if -LIMIT < min(values) <= max(values) < LIMIT else None
    if types == {str} and max(map(len, values)) <= EXACT_DIGITS and _INTEGERS.fullmatch("\n".join(values)):
        return Alike(NUMBER, GENERAL, values)
    return None


def _floats(values: Sequence[Any]) -> Alike | None:
    types = set(map(type, values))
    if types == {str} and _FLOATS.fullmatch("\n".join(values)):
        values = list(map(float, values))
    elif types != {float}:
        return None
    if max(map(abs, values)) > NUMBERS[1] or min(filter(None, map(abs, values)), default=1) < NUMBERS[0]:
        return None
    texts = list(map("{:.15g}".format, values))
    back = list(map(float, texts))
    if back == list(values):
        return Alike(NUMBER, GENERAL, texts)
    exact = [None if kept == value else repr(value) for value, kept in zip(values, back, strict=True)]
    return Alike(NUMBER, GENERAL, texts, exact)


def _decimals(scale: int | None) -> Many:
    if scale is None:
        return _any
    form = "0." + "0" * scale if scale else "0"
    spell = f"{{:.{scale}f}}".format
    one = "-?+[0-9]++" + rf"[.][0-9]{{{scale}}}" * bool(scale)
    pattern = re.compile(rf"{one}(?:\n{one})*+")

    def decimals(values: Sequence[Any]) -> Alike | None:
        types = set(map(type, values))
        texts: Sequence[str] = values
        if types <= {int, float}:
            texts = list(map(spell, values))
            if list(map(float, texts)) != list(values):
                return None
        elif types != {str} or not pattern.fullmatch("\n".join(values)):
            return None
        # As many characters, a point among them, are at most 15 digits.
        return Alike(NUMBER, form, texts) if max(map(len, texts)) <= EXACT_DIGITS + bool(scale) else None

    return decimals


def _booleans(values: Sequence[Any]) -> Alike | None:
    found = set(values) if set(map(type, values)) <= {int, str} else {""}
    return Alike(BOOLEAN, GENERAL, list(map(str, values))) if found <= {0, 1, "0", "1"} else None


def _dates(values: Sequence[Any]) -> Alike | None:
    texts = _looked_up(_DAYS, values, slice(None))
    return Alike(NUMBER, DATE_FORMAT, texts) if texts else None


def _datetimes(values: Sequence[Any]) -> Alike | None:
    days = _looked_up(_DAYS, values, slice(10))
    clocks = days and _looked_up(_CLOCKS, values, slice(11, None))
    if not days or not clocks or {value[10:11] for value in values} != {" "}:
        return None
    return Alike(NUMBER, DATETIME_FORMAT, list(map(str.__add__, days, clocks)))


def _times(values: Sequence[Any]) -> Alike | None:
    clocks = _looked_up(_CLOCKS, values, slice(None))
    return Alike(NUMBER, TIME_FORMAT, ["0" + clock for clock in clocks]) if clocks else None


class _Days(dict[str, str]):
    """The serials of days by their ISO texts; KeyError of what Excel's calendar does not have alike."""

    def __missing__(self, text: str) -> str:
        if not DATE.fullmatch(text):
            raise KeyError(text)
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise KeyError(text) from None
        if day < FIRST_DAY:
            raise KeyError(text)
        return _remembered(self, text, str((day - EPOCH_1900).days))


class _Clocks(dict[str, str]):
    """What follows the day in a serial, by the ISO texts of times: `.5` of `12:00:00`; KeyError of parts of seconds."""

    def __missing__(self, text: str) -> str:
        match = CLOCK.fullmatch(text)
        if match is None:
            raise KeyError(text)
        hours, minutes, seconds = map(int, match.groups())
        share = (hours * 3600 + minutes * 60 + seconds) / DAY_S
        return _remembered(self, text, f"{share:.{DECIMALS}f}"[1:].rstrip("0").rstrip("."))


def _remembered(known: dict[str, str], text: str, serial: str) -> str:
    if len(known) < MOST_REMEMBERED:
        known[text] = serial
    return serial


def _looked_up(known: dict[str, str], values: Sequence[Any], part: slice) -> list[str]:
    """Return what is known of a part of each text; nothing where one is no text, or nothing is known of it."""
    try:
        return [known[value[part]] for value in values]
    except (KeyError, TypeError):
        return []


_DAYS, _CLOCKS = _Days(), _Clocks()
_BY_TYPE: dict[type, Many] = {
    str: _texts,
    int: _integers,
    float: _floats,
    date: lambda values: _dates(list(map(str, values))),
    datetime: lambda values: _datetimes(list(map(str, values))),
}
_MANY: dict[str, Many] = {
    "integer": _integers,
    "float": _floats,
    "boolean": _booleans,
    "date": _dates,
    "datetime": _datetimes,
    "time": _times,
    "json": lambda values: _texts(values) if set(map(type, values)) == {str} else None,
    "binary": _none,
}
