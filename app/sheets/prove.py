"""The proof: what the table gained must equal what the sheet holds, counted and added up in the database."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import MAX_PREC, Context, Decimal
from itertools import chain
from typing import Any, NamedTuple
from zlib import crc32

import sqlalchemy as sa

from app.interrupts import uninterrupted
from app.sheets.aggregate import MOST_COLUMNS, Measured, teach
from app.sheets.frames import Summary
from app.sheets.load.statements import quoted
from app.sheets.sums import APPROXIMATE, CRC, EXACT, measure_of
from app.sheets.table import Column
from app.words import counted

# Of what was read: a FLOAT column keeps 24 bits. Of what a database adds up besides: its doubles keep 53.
TOLERANCE = 1e-6
NOISE = 1e-12
_EXACT = Context(prec=MAX_PREC)


@dataclass(frozen=True)
class Totals:
    """What a table holds: its rows, and for each column how many values are not NULL and what they add up to.

    `magnitudes` is what floats add up to without their signs, 0 for all others.
    """

    rows: int
    filled: list[int]
    sums: list[float | int]
    magnitudes: list[float]

    @classmethod
    def of_nothing(cls, columns: int) -> Totals:
        """Return what an empty table holds."""
        return cls(0, [0] * columns, [0] * columns, [0.0] * columns)

    def plus(self, more: Totals) -> Totals:
        """Return what this and more rows hold together."""
        return Totals(
            self.rows + more.rows,
            [one + another for one, another in zip(self.filled, more.filled, strict=True)],
            [one + another for one, another in zip(self.sums, more.sums, strict=True)],
            [one + another for one, another in zip(self.magnitudes, more.magnitudes, strict=True)],
        )

    def as_read(self) -> Summary:
        """Return it as if it were what was read of a sheet."""
        return Summary(self.rows, filled=self.filled, sums=self.sums, magnitudes=self.magnitudes)


def totals(connection: sa.Connection, table: str, columns: Sequence[Column], where: str = "1 = 1") -> Totals:
    """Return what the table holds now, or those of its rows that fulfil a condition, as this transaction sees it."""
    add_up = _sqlite_totals if connection.dialect.name == "sqlite" else _mysql_totals
    rows, read = add_up(connection, columns, f"FROM {quoted(connection.dialect, table)} WHERE {where}")
    return Totals(rows, [one.filled for one in read], [one.sum for one in read], [one.magnitude for one in read])


def differences(before: Totals, after: Totals, read: Summary, columns: Sequence[Column]) -> list[str]:
    """Return what the table gained beside what was read, a sentence for each difference; none proves the load."""
    found = []
    if after.rows - before.rows != read.good:
        found.append(f"{counted(after.rows - before.rows, 'row')} instead of {read.good:,}")
    unproved = unproved_columns(read, columns)
    for index, column in enumerate(columns):
        replaced = read.good - read.filled[index] if column.replaces_blanks or column.is_automatic else 0
        gained = after.filled[index] - before.filled[index]
        if gained != read.filled[index] + replaced:
            found.append(f"{column.name}: {counted(gained, 'value')} instead of {read.filled[index] + replaced:,}")
        elif column.name not in unproved and not _equal(before, after, read, index):
            found.append(f"{column.name}: values that are not those of the sheet")
    return found


def unproved_columns(read: Summary, columns: Sequence[Column]) -> list[str]:
    """Return the columns whose values cannot be added up against the sheet's, only counted.

    They have blank cells in whose place the database puts a value of its own, or numbers too large to add up.
    """
    return [
        column.name
        for index, column in enumerate(columns)
        if (read.filled[index] < read.good and (column.replaces_blanks or column.is_automatic))
        or not math.isfinite(read.magnitudes[index])
    ]


def _equal(before: Totals, after: Totals, read: Summary, index: int) -> bool:
    difference = after.sums[index] - before.sums[index] - read.sums[index]
    noise = NOISE * (before.magnitudes[index] + after.magnitudes[index])
    return abs(difference) <= TOLERANCE * read.magnitudes[index] + noise or math.isnan(difference)


class _Read(NamedTuple):
    filled: int
    sum: float | int
    magnitude: float


def _mysql_totals(connection: sa.Connection, columns: Sequence[Column], of_what: str) -> tuple[int, list[_Read]]:
    terms = ["COUNT(*)"]
    for column in columns:
        name = quoted(connection.dialect, column.name)
        terms += [f"COUNT({name})", f"SUM({_MYSQL_MEASURES[measure_of(column)](name, column)})", f"SUM(ABS({name}))"]
        if measure_of(column) != APPROXIMATE:
            terms[-1] = "0"
    rows, *values = connection.exec_driver_sql(f"SELECT {', '.join(terms)} {of_what}").one()
    return rows, list(map(_read, columns, values[::3], values[1::3], values[2::3]))


def _read(column: Column, filled: int, total: Any, magnitude: Any) -> _Read:
    """Return what a column adds up to; decimals that are added up exactly in units of their last decimal."""
    measure = measure_of(column)
    if measure == APPROXIMATE:
        return _Read(filled, float(total or 0), float(magnitude or 0))
    if measure == EXACT and isinstance(total, Decimal):
        total = total.scaleb(column.scale or 0, _EXACT)
    return _Read(filled, int(total or 0), 0.0)


def _mysql_crc(name: str, column: Column) -> str:
    texts = dict.fromkeys(("text", "enum"), f"CONVERT({name} USING utf8mb4)")
    texts["decimal"] = f"{name} + 0"  # without the zeros of ZEROFILL
    return f"CRC32({texts.get(column.kind, name)})"


_MYSQL_MEASURES: dict[str, Callable[[str, Column], str]] = {
    EXACT: lambda name, _column: name,
    CRC: _mysql_crc,
    APPROXIMATE: lambda name, _column: name,
}


def _sqlite_totals(connection: sa.Connection, columns: Sequence[Column], of_what: str) -> tuple[int, list[_Read]]:
    driver: Any = connection.connection.driver_connection
    driver.create_function("opsdesk_decimal_crc", 2, _decimal_crc, deterministic=True)
    terms = ["COUNT(*)"]
    for start in range(0, len(columns), MOST_COLUMNS):
        some = columns[start : start + MOST_COLUMNS]
        teach(driver, f"opsdesk_totals_{start}", [_measured(column) for column in some])
        terms.append(f"opsdesk_totals_{start}({', '.join(_sqlite_value(connection.dialect, one) for one in some)})")
    with uninterrupted():  # what a signal raised inside a function of ours, SQLite would only call an error of it
        rows, *totals = connection.exec_driver_sql(f"SELECT {', '.join(terms)} {of_what}").one()
    if not rows:
        return 0, [_Read(0, 0, 0.0)] * len(columns)
    return rows, [_Read(*read) for read in chain.from_iterable(map(json.loads, totals))]


def _measured(column: Column) -> Measured:
    measure = measure_of(column)
    if column.kind != "decimal" or measure == APPROXIMATE:
        return measure, None
    return EXACT, column.scale if measure == EXACT else None


def _sqlite_value(dialect: sa.Dialect, column: Column) -> str:
    """Return the SQL of what is added up by `_measured`."""
    name, measure = quoted(dialect, column.name), measure_of(column)
    raw = f"CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB) ELSE {name} END"  # it may not be UTF-8
    if measure == CRC and column.kind == "decimal":
        return f"CASE WHEN {name} IS NOT NULL THEN opsdesk_decimal_crc({raw}, {column.scale}) END"
    return {EXACT: raw, CRC: f"CAST({name} AS BLOB)", APPROXIMATE: f"CAST({name} AS REAL)"}[measure]


def _decimal_crc(value: int | float | bytes, scale: int) -> int:
    """Return the CRC of a decimal, which SQLite keeps as a number, spelled with its scale; digits beyond it count."""
    if isinstance(value, bytes):
        return crc32(value)
    try:
        number = Decimal(repr(value))
        exact = number if -int(number.as_tuple().exponent) > scale else number.quantize(Decimal(1).scaleb(-scale))
        return crc32(f"{exact if exact else abs(exact):f}".encode())
    except (ArithmeticError, ValueError):  # infinite, or with more digits than the context has
        return crc32(str(value).encode())
