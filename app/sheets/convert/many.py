"""Many cells of a column at once, where they are all of the usual make; to the same effect as one by one, only faster.

Each function returns None for cells that are to be converted one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import repeat
from typing import Any

from app.sheets.cells import Cell
from app.sheets.convert.rules import Rules
from app.sheets.table import FLOAT_DIGITS, Column

Many = Callable[[Sequence[Cell]], list[Any] | None]
# A double tells decimals of so many digits apart (IEEE 754, binary64).
EXACT_DIGITS = 15
SECONDS = len("2024-06-10 12:30:15")
_BLANK = type(None)


def many_of(column: Column, rules: Rules) -> Many | None:
    """Return the function for a column; None where there is none for its kind."""
    make = _MAKERS.get(column.kind)
    types, convert = make(column) if make else (frozenset(), None)
    return _of_types(types, column, rules, convert) if convert else None


Convert = Callable[[list[Any]], list[Any] | None]


def decimal_limit(column: Column) -> float | None:
    """Return what the numbers stay below that a double tells apart at the column's scale; None where there is none."""
    scale, precision = column.scale, column.precision
    if scale is None or scale < 0 or precision is None or column.exact_digits == FLOAT_DIGITS:
        return None
    return float(10.0 ** min(precision - scale, EXACT_DIGITS - scale))


def _decimals(column: Column) -> tuple[frozenset[type], Convert | None]:
    limit = decimal_limit(column)
    if limit is None:
        return frozenset(), None
    spell = f"{{:.{column.scale}f}}".format
    minus_zero = spell(-0.0)

    def convert(values: Sequence[Any]) -> list[str] | None:
        if not -limit < min(values) <= max(values) < limit:
            return None
        texts = list(map(spell, values))
        # A number of at most 15 digits has no more decimals than the text exactly when both are the same double.
        return texts if list(map(float, texts)) == values and minus_zero not in texts else None

    return frozenset({int, float}), convert


def _booleans(_column: Column) -> tuple[frozenset[type], Convert]:
    return frozenset({bool}), lambda values: list(map(int, values))


def _dates(_column: Column) -> tuple[frozenset[type], Convert]:
    return frozenset({date}), lambda values: list(map(date.isoformat, values))


def _datetimes(column: Column) -> tuple[frozenset[type], Convert]:
    fraction = "." + "0" * column.fraction_digits if column.fraction_digits else ""

    def convert(values: Sequence[Any]) -> list[str] | None:
        texts = list(map(str, values))
        if max(map(len, texts)) > SECONDS:
            return None
        return [text + fraction for text in texts] if fraction else texts

    return frozenset({datetime}), convert


def _texts(column: Column) -> tuple[frozenset[type], Convert]:
    def convert(values: Sequence[Any]) -> list[str] | None:
        texts = list(map(str, values))
        longest = max(map(len, texts))
        if column.length is not None and longest > column.length:
            return None
        if column.max_bytes is not None and longest * 4 > column.max_bytes:
            return None
        return None if column.drops_spaces and any(map(str.endswith, texts, repeat(" "))) else texts

    return frozenset({str, int}), convert


def _enums(column: Column) -> tuple[frozenset[type], Convert]:
    members = frozenset(column.members)
    return frozenset({str}), lambda values: list(values) if members.issuperset(values) else None


def _of_types(types: frozenset[type], column: Column, rules: Rules, convert: Convert) -> Many:
    """Return the function that converts cells of these types alone, blank ones among them where they may be NULL."""

    def many(cells: Sequence[Cell]) -> list[Any] | None:
        found = set(map(type, cells))
        if rules.nulls and str in found and not rules.nulls.isdisjoint(cells):
            return None
        if _BLANK not in found:
            return convert(list(cells)) if found <= types and cells else None
        if column.is_required or not found - {_BLANK} <= types:
            return None
        filled = [cell for cell in cells if cell is not None]
        stored = convert(filled) if filled else []
        if stored is None:
            return None
        rest = iter(stored)
        return [None if cell is None else next(rest) for cell in cells]

    return many


_MAKERS: dict[str, Callable[[Column], tuple[frozenset[type], Convert | None]]] = {
    "decimal": _decimals,
    "boolean": _booleans,
    "date": _dates,
    "datetime": _datetimes,
    "text": _texts,
    "enum": _enums,
}
