"""The proof: what the table gained must equal what the sheet holds, counted and added up in the database."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.sheets.frames import Summary
from app.sheets.load.statements import quoted
from app.sheets.sums import APPROXIMATE, CRC, SCALED, measure_of
from app.sheets.table import Column
from app.words import counted

# Databases add doubles in an order of their own, and keep FLOAT columns in 24 bits.
TOLERANCE = 1e-6
SPLIT = 32  # bits; SQLite's integer sums overflow, so the halves are added apart


@dataclass(frozen=True)
class Totals:
    """What a table holds: its rows, and for each column how many values are not NULL and what they add up to."""

    rows: int
    filled: list[int]
    sums: list[float | int]


def totals(connection: sa.Connection, table: str, columns: Sequence[Column]) -> Totals:
    """Return what the table holds now, as this transaction sees it."""
    dialect = connection.dialect
    if dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.create_function("opsdesk_crc32", 1, zlib.crc32, deterministic=True)
    measures = _MEASURES["sqlite" if dialect.name == "sqlite" else "mysql"]
    chosen = [measures[measure_of(column)] for column in columns]
    names = [quoted(dialect, column.name) for column in columns]
    terms = [
        [f"COUNT({name})", *measure.terms(name, column)]
        for name, column, measure in zip(names, columns, chosen, strict=True)
    ]
    select = ", ".join(["COUNT(*)", *itertools.chain.from_iterable(terms)])
    row = list(connection.exec_driver_sql(f"SELECT {select} FROM {quoted(dialect, table)}").one())  # noqa: S608 - reflected names
    filled, sums, place = [], [], 1
    for column, measure, its_terms in zip(columns, chosen, terms, strict=True):
        values = row[place : place + len(its_terms)]
        filled.append(int(values[0]))
        sums.append(measure.read(values[1:], column))
        place += len(its_terms)
    return Totals(int(row[0]), filled, sums)


def differences(before: Totals, after: Totals, read: Summary, columns: Sequence[Column]) -> list[str]:
    """Return what the table gained beside what was read, a sentence for each difference; none proves the load."""
    found = []
    if after.rows - before.rows != read.rows:
        found.append(f"{counted(after.rows - before.rows, 'row')} instead of {read.rows:,}")
    for index, column in enumerate(columns):
        blanks = read.rows - read.filled[index]
        replaced = blanks if column.replaces_blanks or column.is_automatic else 0
        gained = after.filled[index] - before.filled[index]
        if gained != read.filled[index] + replaced:
            found.append(f"{column.name}: {counted(gained, 'value')} instead of {read.filled[index] + replaced:,}")
        elif not replaced and not _equal(before.sums[index], after.sums[index], read.sums[index]):
            found.append(f"{column.name}: values that are not those of the sheet")
    return found


def _equal(before: float, after: float, read: float) -> bool:
    if isinstance(read, int) and isinstance(before, int) and isinstance(after, int):
        return after - before == read
    return abs(after - before - read) <= TOLERANCE * (abs(before) + abs(after) + abs(read) + 1)


class _Measure(NamedTuple):
    """A measure in one database's SQL: the terms of its SELECT, and the sum that their values make."""

    terms: Callable[[str, Column], list[str]]
    read: Callable[[Sequence[Any], Column], float | int]


def _sqlite_crc(name: str, _column: Column) -> list[str]:
    return [f"SUM(CASE WHEN {name} IS NOT NULL THEN opsdesk_crc32(CAST({name} AS BLOB)) END)"]


def _sqlite_halves(name: str, column: Column) -> list[str]:
    units = f"CAST(ROUND({name} * 1e{column.scale}) AS INTEGER)"
    return [f"SUM({units} >> {SPLIT})", f"SUM({units} & {2**SPLIT - 1})"]


def _mysql_crc(name: str, column: Column) -> list[str]:
    texts = dict.fromkeys(("text", "enum"), f"CONVERT({name} USING utf8mb4)")
    numbers = dict.fromkeys(("integer", "boolean"), f"{name} + 0")  # without the zeros of ZEROFILL
    return [f"SUM(CRC32({(texts | numbers).get(column.kind, name)}))"]


def _plain_sum(name: str, _column: Column) -> list[str]:
    return [f"SUM({name})"]


def _integer(values: Sequence[Any], _column: Column) -> int:
    return int(values[0] or 0)


def _float(values: Sequence[Any], _column: Column) -> float:
    return float(values[0] or 0)


def _halves(values: Sequence[Any], _column: Column) -> int:
    return (int(values[0] or 0) << SPLIT) + int(values[1] or 0)


def _units(values: Sequence[Any], column: Column) -> int:
    return int(Decimal(values[0] or 0).scaleb(column.scale or 0))


_MEASURES: dict[str, dict[str, _Measure]] = {
    "sqlite": {
        CRC: _Measure(_sqlite_crc, _integer),
        SCALED: _Measure(_sqlite_halves, _halves),
        APPROXIMATE: _Measure(_plain_sum, _float),
    },
    "mysql": {
        CRC: _Measure(_mysql_crc, _integer),
        SCALED: _Measure(_plain_sum, _units),
        APPROXIMATE: _Measure(_plain_sum, _float),
    },
}
