"""Texts of many cells into their values at once; to the same effect as one by one, only faster.

What is not as usual is raised as `NotRegular`, and its rows are left to the exact path.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from app.sheets.cells import Cell
from app.sheets.read.numbers import BEYOND_15_DIGITS
from app.sheets.read.xlsx.texts import unescaped

# As many characters, with a point or an exponent among them, spell at most 15 digits.
SURELY_15_DIGITS = 16
DAY_S = 86_400
# A time of day that near to a whole second is that second: a microsecond, which `serials.split` allows for
# at least, and what is rounded to it.
SURELY_WHOLE_S = 1.4e-6
# What no XML may hold, and what an XML parser does not give as it stands (W3C, "Extensible Markup Language", 2.2, 2.4).
_NOT_PLAIN = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|]]>")
_ENTITIES = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"}
_ENTITY = re.compile(r"&(?:(?:(lt|gt|quot|apos|amp)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));)?")
# The characters that XML can hold, beside the three control characters of blanks.
_CHARACTERS = (range(0x20, 0xD800), range(0xE000, 0xFFFE), range(0x10000, 0x110000))
_BLANKS = (0x9, 0xA, 0xD)


class Days(NamedTuple):
    """Which numbers are moments: those from `first` to below `last` count days after `epoch`."""

    epoch: date
    first: int
    last: int


class NotRegular(Exception):
    """Cells that only the exact path reads."""


def plain_numbers(texts: Sequence[str]) -> list[Cell]:
    """Return the values of numbers that no format changes: as `parse_number` does.

    Args:
        texts: of digits, signs, points and exponents.

    Raises:
        NotRegular: some are no numbers, or have more than 15 digits before the point.
    """
    try:
        longest = max(map(len, texts))
        if longest < SURELY_15_DIGITS and "".join(texts).isdigit():
            return list(map(int, texts))
        values = list(map(float, texts))
    except ValueError:
        raise NotRegular from None
    if longest > SURELY_15_DIGITS:
        values = [
            float(f"{value:.15g}") if len(text) > SURELY_15_DIGITS else value
            for text, value in zip(texts, values, strict=True)
        ]
    if not -BEYOND_15_DIGITS < min(values) <= max(values) < BEYOND_15_DIGITS:
        raise NotRegular
    if any(map(float.is_integer, values)):
        return [int(value) if value.is_integer() else value for value in values]
    return list(values)


def whole_seconds(texts: Sequence[str], days: Days) -> list[Cell]:
    """Return the datetimes of serials that are whole seconds.

    Args:
        texts: of digits, signs, points and exponents.

    Raises:
        NotRegular: some are not whole seconds, or not between these.
    """
    try:
        serials = list(map(float, texts))
    except ValueError:
        raise NotRegular from None
    if not days.first <= min(serials) <= max(serials) < days.last:
        raise NotRegular
    whole = list(map(int, serials))
    moments = [(serial - day) * DAY_S for serial, day in zip(serials, whole, strict=True)]
    seconds = list(map(round, moments))
    if max(map(abs, map(float.__sub__, moments, map(float, seconds)))) > SURELY_WHOLE_S:
        raise NotRegular
    start = datetime.combine(days.epoch, time())
    return [start + timedelta(day, second) for day, second in zip(whole, seconds, strict=True)]


def plain_texts(texts: Sequence[str]) -> list[Cell]:
    """Return what texts as they stand in the XML, with entities and escapes, spell.

    Raises:
        NotRegular: there are characters or entities among them that only an XML parser can judge.
    """
    joined = "".join(texts)
    if not joined.isprintable() and _NOT_PLAIN.search(joined):
        raise NotRegular
    if "]]>" in joined:
        raise NotRegular
    if "&" in joined:
        texts = [_ENTITY.sub(_character, text) if "&" in text else text for text in texts]
        joined = "".join(texts)  # for a reference may spell a character of an escape
    if "_x" in joined:
        return [unescaped(text) for text in texts]
    return list(texts)


def _character(match: re.Match[str]) -> str:
    name, decimal, hexadecimal = match.groups()
    if name:
        return _ENTITIES[name]
    code = int(decimal or "0") if hexadecimal is None else int(hexadecimal, 16)
    if code not in _BLANKS and not any(code in characters for characters in _CHARACTERS):
        raise NotRegular
    return chr(code)
