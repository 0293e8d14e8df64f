"""What a column adds up to, on our side of the proof; `app.sheets.prove` has the same measures in SQL.

Three measures, chosen by the column alone. `exact`: the sum of integers, or of decimals as whole numbers of their last
decimal; it finds what changes that sum. `crc`: the sum of the CRC-32 of every value's text, which finds any change of a
value. `approximate`: the sum of floats and of their magnitudes, which each database adds in its own order and spells in
its own way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from zlib import crc32

from app.sheets.table import Column

EXACT = "exact"
CRC = "crc"
APPROXIMATE = "approximate"
# Digits of decimals that a database adds up exactly: more of them, times as many rows as a table may have, are beyond
# MySQL's 65; where decimals are kept in binary floating point, it is 15.
MOST_DIGITS = 40
SAMPLE = 64

Summer = Callable[[list[Any]], float | int]


def measure_of(column: Column) -> str:
    """Return the measure that proves a column."""
    if column.kind == "float" or (column.kind == "decimal" and (column.scale is None or column.is_floating)):
        return APPROXIMATE
    if column.kind == "decimal":
        digits = max(column.precision or MOST_DIGITS, column.scale or 0)
        return EXACT if digits <= (column.exact_digits or MOST_DIGITS) else CRC
    return EXACT if column.kind in ("integer", "boolean") else CRC


def summer_of(column: Column) -> Summer:
    """Return the function that adds up stored values of a column; it takes no blank ones."""
    if measure_of(column) == APPROXIMATE:
        return _approximate
    if measure_of(column) == EXACT:
        return _units if column.kind == "decimal" else sum
    return _crc_of_bytes if column.kind == "binary" else _crc_of_texts


def added_up(stored: list[Any], column: Column) -> tuple[int, float | int, float]:
    """Return how many values of a column are not blank, their sum, and their magnitude (0 but for approximate sums)."""
    blanks = stored.count(None)
    filled = [value for value in stored if value is not None] if blanks else stored
    return len(filled), summer_of(column)(filled), magnitude(filled) if measure_of(column) == APPROXIMATE else 0.0


def magnitude(values: list[float | str]) -> float:
    """Return what floats add up to without their signs: the scale by which the noise of their sum is judged."""
    return sum(abs(float(value)) for value in values)


def _units(values: list[str]) -> int:
    """Add up decimals, spelled with their scale, as whole numbers of the last decimal."""
    return sum(int(value.replace(".", "")) for value in values)


def _crc_of_texts(values: list[str]) -> int:
    if len(set(values[:SAMPLE])) * 2 > SAMPLE:  # most differ, as far as it is quick to tell
        return sum(map(crc32, map(str.encode, values)))
    return sum(crc32(value.encode()) * count for value, count in Counter(values).items())


def _crc_of_bytes(values: list[bytes]) -> int:
    return sum(map(crc32, values))


def _approximate(values: list[float | str]) -> float:
    return sum(map(float, values))
