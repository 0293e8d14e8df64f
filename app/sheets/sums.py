"""What a column adds up to, on our side of the proof; `app.sheets.prove` has the same measures in SQL.

Three measures: `crc`, the sum of the CRC-32 of every value's text, which finds any change of any value; `scaled`, the
exact sum of decimals in units of their last digit; `approximate`, the sum of floats, which each database adds in its
own order and spells in its own way.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from zlib import crc32

from app.sheets.table import Column

CRC = "crc"
SCALED = "scaled"
APPROXIMATE = "approximate"

Summer = Callable[[list[Any]], float | int]


def measure_of(column: Column) -> str:
    """Return the measure that proves a column."""
    if column.kind == "decimal":
        return APPROXIMATE if column.scale is None or column.is_floating else SCALED
    return APPROXIMATE if column.kind == "float" else CRC


def summer_of(column: Column) -> Summer:
    """Return the function that adds up stored values of a column; it takes no blank ones."""
    measure = measure_of(column)
    if measure == SCALED:
        return _scaled
    if measure == APPROXIMATE:
        return _approximate
    return _CRCS.get(column.kind, _crc_of_texts)


def _crc_of_texts(values: list[str]) -> int:
    return sum(map(crc32, map(str.encode, values)))


def _crc_of_integers(values: list[int]) -> int:
    return sum(map(crc32, map(str.encode, map(str, values))))


def _crc_of_bytes(values: list[bytes]) -> int:
    return sum(map(crc32, values))


def _scaled(values: list[str]) -> int:
    return sum(int(value.replace(".", "")) for value in values)


def _approximate(values: list[float | str]) -> float:
    return math.fsum(map(float, values))


_CRCS: dict[str, Summer] = {"integer": _crc_of_integers, "boolean": _crc_of_integers, "binary": _crc_of_bytes}
