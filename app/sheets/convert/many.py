"""Many cells of a column at once, where they are all of the usual make; to the same effect as one by one, only faster.

Each function returns None for cells that are to be converted one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from app.sheets.cells import Cell
from app.sheets.table import FLOAT_DIGITS, Column

Many = Callable[[Sequence[Cell]], list[Any] | None]
# A double tells decimals of so many digits apart (IEEE 754, binary64).
EXACT_DIGITS = 15
SECONDS = len("2024-06-10 12:30:15")
_NUMBERS = frozenset({int, float})
_MOMENTS = frozenset({datetime})
_BLANK = type(None)


def many_of(column: Column) -> Many | None:
    """Return the function for a column; None where there is none for its kind."""
    make = _MAKERS.get(column.kind)
    return make(column) if make else None


def _decimals(column: Column) -> Many | None:
    scale, precision = column.scale, column.precision
    if scale is None or precision is None or column.exact_digits == FLOAT_DIGITS:
        return None
    limit = 10.0 ** min(precision - scale, EXACT_DIGITS - scale)
    spell = f"{{:.{scale}f}}".format
    minus_zero = spell(-0.0)

    def convert(values: Sequence[Any]) -> list[str] | None:
        if not -limit < min(values) <= max(values) < limit:
            return None
        texts = list(map(spell, values))
        # A number of at most 15 digits has no more decimals than the text exactly when both are the same double.
        return texts if list(map(float, texts)) == values and minus_zero not in texts else None

    return _of_types(_NUMBERS, column, convert)


def _datetimes(column: Column) -> Many:
    fraction = "." + "0" * column.fraction_digits if column.fraction_digits else ""

    def convert(values: Sequence[Any]) -> list[str] | None:
        texts = list(map(str, values))
        if max(map(len, texts)) > SECONDS:
            return None
        return [text + fraction for text in texts] if fraction else texts

    return _of_types(_MOMENTS, column, convert)


def _of_types(types: frozenset[type], column: Column, convert: Callable[[list[Any]], list[Any] | None]) -> Many:
    """Return the function that converts cells of these types alone, blank ones among them where they may be NULL."""

    def many(cells: Sequence[Cell]) -> list[Any] | None:
        found = set(map(type, cells))
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


_MAKERS: dict[str, Callable[[Column], Many | None]] = {"decimal": _decimals, "datetime": _datetimes}
