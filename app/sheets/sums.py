"""What a column adds up to, on our side of the proof; `app.sheets.prove` has the same measures in SQL.

Two measures: `crc`, the sum of the CRC-32 of every value's text, which finds any change of any value; `approximate`,
the sum of floats and of their magnitudes, which each database adds in its own order and spells in its own way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zlib import crc32

from app.sheets.table import Column

CRC = "crc"
APPROXIMATE = "approximate"

Summer = Callable[[list[Any]], float | int]


def measure_of(column: Column) -> str:
    """Return the measure that proves a column."""
    if column.kind == "decimal":
        return APPROXIMATE if column.scale is None or column.is_floating else CRC
    return APPROXIMATE if column.kind == "float" else CRC


def summer_of(column: Column) -> Summer:
    """Return the function that adds up stored values of a column; it takes no blank ones."""
    if measure_of(column) == APPROXIMATE:
        return _approximate
    return _CRCS.get(column.kind, _crc_of_texts)


def magnitude(values: list[float | str]) -> float:
    """Return what floats add up to without their signs: the scale by which the noise of their sum is judged."""
    return sum(abs(float(value)) for value in values)


def _crc_of_texts(values: list[str]) -> int:
    return sum(map(crc32, map(str.encode, values)))


def _crc_of_integers(values: list[int]) -> int:
    return sum(map(crc32, map(str.encode, map(str, values))))


def _crc_of_bytes(values: list[bytes]) -> int:
    return sum(map(crc32, values))


def _approximate(values: list[float | str]) -> float:
    return sum(map(float, values))


_CRCS: dict[str, Summer] = {"integer": _crc_of_integers, "boolean": _crc_of_integers, "binary": _crc_of_bytes}
