"""The proof: what the table gained must equal what the sheet holds, counted and added up in the database."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import MAX_PREC, Context, Decimal
from typing import Any, NamedTuple
from zlib import crc32

import sqlalchemy as sa

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
    dialect = connection.dialect
    if dialect.name == "sqlite":
        _teach(connection.connection.driver_connection)
    measures = _MEASURES["sqlite" if dialect.name == "sqlite" else "mysql"]
    terms = ["COUNT(*)"]
    for column in columns:
        name = quoted(dialect, column.name)
        terms += [f"COUNT({name})", *measures[measure_of(column)](name, column)]
    select = f"SELECT {', '.join(terms)} FROM {quoted(dialect, table)} WHERE {where}"  # noqa: S608 - reflected names
    values = iter(connection.exec_driver_sql(select).one())
    rows = int(next(values))
    read = [_read(values, column) for column in columns]
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


def _read(values: Iterator[Any], column: Column) -> _Read:
    filled = int(next(values))
    measure = measure_of(column)
    if measure == APPROXIMATE:
        return _Read(filled, float(next(values) or 0), float(next(values) or 0))
    if measure == CRC:
        return _Read(filled, int(next(values) or 0), 0.0)
    low, high, others = (_units(next(values) or 0, column) for _ in range(3))
    return _Read(filled, (high << 32) + low + others, 0.0)


def _units(total: int | Decimal, column: Column) -> int:
    """Return a sum as a whole number of the column's last decimal; MySQL's is a decimal, SQLite's such a number."""
    return int(total.scaleb(column.scale or 0, _EXACT)) if isinstance(total, Decimal) else total


def _teach(driver: Any) -> None:
    """Give a SQLite connection the sums that it lacks."""
    driver.create_function("opsdesk_crc", 1, crc32, deterministic=True)
    driver.create_function("opsdesk_decimal_crc", 2, _decimal_crc, deterministic=True)


def _decimal_crc(value: float | str, scale: int) -> int:
    """Return the CRC of a decimal, which SQLite keeps as a number, spelled with its scale; digits beyond it count."""
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
        exact = number if -int(number.as_tuple().exponent) > scale else number.quantize(Decimal(1).scaleb(-scale))
        return crc32(f"{exact if exact else abs(exact):f}".encode())
    except ArithmeticError:  # a text, or a number with more digits than the context has
        return crc32(str(value).encode())


def _sqlite_crc(name: str, column: Column) -> list[str]:
    crc = f"opsdesk_crc(CAST({name} AS BLOB))"
    if column.kind == "decimal":
        crc = f"opsdesk_decimal_crc({name}, {column.scale})"
    return [f"SUM(CASE WHEN {name} IS NOT NULL THEN {crc} END)"]


def _sqlite_exact(name: str, column: Column) -> list[str]:
    """Return the sums of the lower 32 bits of whole numbers and of the upper ones, and of the CRCs of what is none.

    SQLite's own sum ends in an error beyond 64 bits.
    """
    number, is_other = name, f"typeof({name}) NOT IN ('integer', 'null')"
    if column.kind == "decimal":
        ten = f"{10 ** (column.scale or 0)}.0"
        number = f"CAST({name} * {ten} + ({name} > 0) - 0.5 AS INTEGER)"  # rounded, half away from 0
        is_other = f"{number} / {ten} <> {name}"
    return [
        f"SUM({number} & 4294967295)",
        f"SUM({number} >> 32)",
        f"SUM(CASE WHEN {is_other} THEN opsdesk_crc(CAST({name} AS BLOB)) END)",
    ]


def _mysql_exact(name: str, _column: Column) -> list[str]:
    return [f"SUM({name})", "0", "0"]


def _mysql_crc(name: str, column: Column) -> list[str]:
    texts = dict.fromkeys(("text", "enum"), f"CONVERT({name} USING utf8mb4)")
    texts["decimal"] = f"{name} + 0"  # without the zeros of ZEROFILL
    return [f"SUM(CRC32({texts.get(column.kind, name)}))"]


def _sums(name: str, _column: Column) -> list[str]:
    return [f"SUM({name})", f"SUM(ABS({name}))"]


_MEASURES: dict[str, dict[str, Callable[[str, Column], list[str]]]] = {
    "sqlite": {EXACT: _sqlite_exact, CRC: _sqlite_crc, APPROXIMATE: _sums},
    "mysql": {EXACT: _mysql_exact, CRC: _mysql_crc, APPROXIMATE: _sums},
}
