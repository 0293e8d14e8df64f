"""Texts, enums, JSON and binary values."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from app.sheets.cells import Imprecise, Padded
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.numbers import Handlers, lost
from app.sheets.convert.rules import Rules
from app.sheets.read.numbers import BEYOND_15_DIGITS
from app.sheets.table import Column
from app.words import plain

LONGEST_SHOWN = 40  # characters of a value in a message


def as_text(column: Column, _rules: Rules) -> Handlers:
    """Return the handlers of a text column; they return str."""
    length, max_bytes = column.length, column.max_bytes

    def check(text: str) -> str:
        if length is not None and len(text) > length:
            raise BadCell(f"is longer than {length} characters", f"{len(text)} characters")
        if max_bytes is not None and len(text) * 4 > max_bytes and len(text.encode()) > max_bytes:
            raise BadCell(f"is longer than {max_bytes:,} bytes", f"{len(text.encode()):,} bytes")
        if column.drops_spaces and text.endswith(" "):
            raise BadCell("ends with a space, which CHAR does not keep")
        return text

    def from_float(value: float) -> str:
        return lost(value) if abs(value) >= BEYOND_15_DIGITS else check(plain_number(value))

    return {
        str: check,
        int: lambda value: check(str(value)),
        Padded: lambda value: check(value.shown),
        float: from_float,
        Imprecise: lost,
        bool: lambda value: check(spelled(value)),
        date: lambda value: check(value.isoformat()),
        datetime: lambda value: check(value.isoformat()),
        time: lambda value: check(value.isoformat()),
        timedelta: lambda value: check(hours(value)),
    }


def enums(column: Column, _rules: Rules) -> Handlers:
    """Return the handlers of an enum column; they return one of its members."""
    members = frozenset(column.members)

    def check(text: str) -> str:
        if text not in members:
            raise BadCell(f"takes one of: {', '.join(column.members)}")
        return text

    return {
        str: check,
        int: lambda value: check(str(value)),
        Padded: lambda value: check(value.shown),
        bool: lambda value: check(spelled(value)),
    }


def json_texts(_column: Column, _rules: Rules) -> Handlers:
    """Return the handlers of a JSON column; they return the text as it stands."""

    def check(text: str) -> str:
        try:
            json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise BadCell("is not JSON", str(error)) from None
        return text

    return {str: check}


def binaries(column: Column, rules: Rules) -> Handlers:
    """Return the handlers of a binary column; they return bytes."""

    def check(text: str) -> bytes:
        if not rules.base64:
            raise BadCell("is binary; with --binary base64 it takes base64")
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise BadCell("is not base64") from None
        if column.max_bytes is not None and len(data) > column.max_bytes:
            raise BadCell(f"is longer than {column.max_bytes:,} bytes", f"{len(data):,} bytes")
        if column.min_bytes is not None and len(data) < column.min_bytes:
            raise BadCell(f"is shorter than {column.min_bytes:,} bytes; BINARY pads it", f"{len(data):,} bytes")
        return data

    return {str: check}


def plain_number(value: float) -> str:
    """Return a number in its shortest form, without an exponent where that takes at most 20 characters."""
    text = repr(value)
    if "e" not in text:
        return text.removesuffix(".0")
    fixed = f"{Decimal(text):f}"
    return fixed if len(fixed) <= 20 else text


def spelled(value: bool) -> str:
    """Return a boolean as Excel shows it."""
    return "TRUE" if value else "FALSE"


def hours(value: timedelta) -> str:
    """Return a duration as Excel's `[h]:mm:ss` shows it, with microseconds where there are any: `36:30:00`."""
    sign = "-" if value < timedelta() else ""
    value = abs(value)
    minutes, seconds = divmod(value.days * 86_400 + value.seconds, 60)
    fraction = f".{value.microseconds:06d}" if value.microseconds else ""
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}{fraction}"


def shown(cell: Any) -> str:
    """Return a cell's value as messages show it: nothing for one without value, a text as `excerpt` in quotes."""
    if isinstance(cell, str):
        return f'"{excerpt(cell)}"'
    for kind, spell in _SPELLINGS.items():
        if isinstance(cell, kind):
            return str(spell(cell))
    return ""


def excerpt(text: str) -> str:
    """Return the beginning of a text as messages show it: on one line that no terminal obeys, at most 40 characters."""
    line = plain(text[:1000])
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_SPELLINGS: dict[type, Any] = {
    bool: spelled,
    Padded: lambda value: value.shown,
    int: str,
    float: plain_number,
    datetime: str,
    date: str,
    time: str,
    timedelta: hours,
}
