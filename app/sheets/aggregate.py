"""What columns of a SQLite table add up to: an aggregate function of ours, by the measures of `app.sheets.sums`.

SQLite's own sums end in an error beyond 64 bits, and it has no CRC; and one call a row, for all columns, takes a third
of the time of some calls a column.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, TypeAlias
from zlib import crc32

from app.sheets.compiled import compiled
from app.sheets.sums import APPROXIMATE, CRC

_compiled = compiled("totals")
CompiledTotals: Any = _compiled and _compiled.ColumnTotals
MOST_COLUMNS = 100  # of one call
MOST_UNITS = 10**15  # that decimals kept as doubles have, see `app.sheets.sums.measure_of`

Value: TypeAlias = int | float | str | bytes | None
# The measure of a column; of a decimal that is added up exactly its scale, else None.
Measured: TypeAlias = tuple[str, int | None]


class ColumnTotals:
    """The totals of some columns, as sqlite3 wants an aggregate.

    Integers, and decimals in units of their last decimal, are added up; a value that is no such number counts by its
    CRC-32, and so are the bytes of all values of columns measured by that.
    """

    def __init__(self, columns: Sequence[Measured]) -> None:
        """Begin with no rows."""
        self._columns = columns
        self._filled = [0] * len(columns)
        self._sums: list[int | float] = [0] * len(columns)
        self._magnitudes = [0.0] * len(columns)

    def step(self, *values: Value) -> None:
        """Add a row."""
        for place, value in enumerate(values):
            if value is None:
                continue
            self._filled[place] += 1
            measure, scale = self._columns[place]
            if measure == APPROXIMATE:
                self._sums[place] += float(value)
                self._magnitudes[place] += abs(float(value))
            else:
                self._sums[place] += _crc(value) if measure == CRC else _exact(value, scale)

    def finalize(self) -> str:
        """Return how many values of each column are not NULL, their sum and magnitude, as JSON."""
        return json.dumps(list(zip(self._filled, self._sums, self._magnitudes, strict=True)))


def teach(driver: sqlite3.Connection, name: str, columns: Sequence[Measured]) -> None:
    """Give a connection the aggregate `name` of these columns, at most `MOST_COLUMNS`.

    Those with the measure CRC are given as BLOBs, those with APPROXIMATE as REAL.
    """
    totals: Any = CompiledTotals or ColumnTotals
    driver.create_aggregate(name, len(columns), lambda: totals(columns))


def _exact(value: int | float | str | bytes, scale: int | None) -> int:
    if scale is None:
        return value if isinstance(value, int) else _crc(value)
    if isinstance(value, int | float):
        ten = 10.0**scale
        units = value * ten
        if abs(units) < MOST_UNITS and round(units) / ten == value:
            return round(units)
    return _crc(value)


def _crc(value: int | float | str | bytes) -> int:
    return crc32(value if isinstance(value, bytes) else str(value).encode())
