"""What is exported is imported again: the same values, of every type, on both databases."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.extensions import db
from app.services.exports import Request, export

COLORS = ("red", "grün", "=1+1", " x", "TRUE")
SAID = ", ".join(f"'{color}'" for color in COLORS)
TABLES = {
    "mysql": (
        "id INT PRIMARY KEY, label VARCHAR(40), note TEXT CHARACTER SET utf8mb4, small SMALLINT, big BIGINT,"
        " huge BIGINT UNSIGNED, padded INT(6) UNSIGNED ZEROFILL, amount DECIMAL(12,2), wide DECIMAL(40,12),"
        " whole DECIMAL(20,0), rate DOUBLE, single FLOAT, flag TINYINT(1), born DATE, made DATETIME,"
        " seen DATETIME(3), kept DATETIME(6), stamped TIMESTAMP(6) NULL, clock TIME, exact TIME(6), since YEAR,"
        f" color ENUM({SAID}), doc JSON, data BLOB, fixed BINARY(4)"
    ),
    "sqlite": (
        "id INTEGER PRIMARY KEY, label VARCHAR(40), note TEXT, small SMALLINT, big BIGINT, amount DECIMAL(12,2),"
        " rate DOUBLE, flag BOOLEAN, born DATE, made DATETIME, kept DATETIME, clock TIME, exact TIME, doc JSON,"
        " data BLOB"
    ),
}
# What tells values apart that look alike, beside the values: the bytes, and on SQLite the type.
EXACT = {"mysql": "HEX(CAST({name} AS BINARY))", "sqlite": "TYPEOF({name}) || HEX({name})"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40) | st.sampled_from(
    [
        "=1+1",
        "+86 1",
        "-",
        "@a",
        "\t",
        " ",
        "\r\n",
        "00123",
        "1E5",
        "TRUE",
        "2024-06-10",
        "_x0041_",
        "#N/A",
        "😀" * 20,
        "&<>",
        "\0",
    ]
)
DIGITS_15 = st.floats(-1e300, 1e300).map(lambda number: float(f"{number:.15g}"))


def single(number: float) -> float:
    """Return a number of at most 6 digits as 32 bits hold it; a MySQL FLOAT with more an import does not take."""
    return float(f"{number:.6g}")


def fraction(value: Any, digits: int) -> Any:
    return value.replace(microsecond=value.microsecond // 10 ** (6 - digits) * 10 ** (6 - digits))


DAYS = st.dates(date(1000, 1, 1))
MOMENTS = st.datetimes(datetime(1000, 1, 1))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "label": TEXTS,
    "note": TEXTS,
    "small": st.integers(-(2**15), 2**15 - 1),
    "big": st.integers(-(2**63), 2**63 - 1) | st.integers(-(10**15) - 1, 10**15 + 1),
    "huge": st.integers(0, 2**64 - 1),
    "padded": st.integers(0, 999_999),
    "amount": st.decimals(-(10**10) + 1, 10**10 - 1, places=2),
    "wide": st.decimals(-(10**27), 10**27, places=12),
    "whole": st.integers(-(10**19), 10**19).map(Decimal),
    "rate": st.floats(allow_nan=False, allow_infinity=False) | DIGITS_15 | st.integers(-100, 100).map(float),
    "single": st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False)
    .map(single)
    .filter(lambda n: abs(n) > 1e-30),
    "flag": st.booleans(),
    "born": DAYS,
    "made": MOMENTS.map(lambda value: fraction(value, 0)),
    "seen": MOMENTS.map(lambda value: fraction(value, 3)),
    "kept": MOMENTS | MOMENTS.map(lambda value: fraction(value, 0)),
    "stamped": st.datetimes(datetime(1970, 1, 2), datetime(2038, 1, 1)),
    "clock": st.times().map(lambda value: fraction(value, 0)),
    "exact": st.times() | st.just(time(0)),
    "since": st.integers(1901, 2155),
    "color": st.sampled_from(COLORS),
    "doc": st.recursive(st.none() | st.booleans() | st.integers(-(10**14), 10**14) | TEXTS, st.lists, max_leaves=3).map(
        json.dumps
    ),
    "data": st.binary(min_size=1, max_size=40),
    "fixed": st.binary(min_size=4, max_size=4),
}


def names_of(backend: str) -> list[str]:
    return [part.split()[0] for part in TABLES[backend].split(", ") if part.split()[0] in {"id", *VALUES}]


def stored(backend: str, value: Any) -> Any:
    """Return a value as an import stores it: on SQLite dates and times are texts, decimals doubles."""
    if backend == "mysql":
        return value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f").rjust(26, "0")
    if isinstance(value, time):
        return value.strftime("%H:%M:%S.%f")
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


@pytest.fixture
def copied(app: object, backend: str, cli: FlaskCliRunner, tmp_path: Path) -> Callable[[list[tuple[Any, ...]]], None]:
    """Give a function that exports rows, imports them into a table of the same make, and compares both."""
    numbers = itertools.count()
    names = names_of(backend)
    every = [f"{EXACT[backend].format(name=name)} AS x_{name}" for name in names]
    exact = ", ".join(["t.*", *every])
    mark = "%s" if backend == "mysql" else "?"

    def copy(rows: list[tuple[Any, ...]]) -> None:
        first, second = (f"t{next(numbers)}" for _ in range(2))
        with db.engine.begin() as connection:
            for table in (first, second):
                connection.exec_driver_sql(f"CREATE TABLE {table} ({TABLES[backend]})")
            insert = f"INSERT INTO {first} VALUES ({', '.join([mark] * len(names))})"
            for number, row in enumerate(rows):
                values = tuple(stored(backend, value) for value in row)
                connection.exec_driver_sql(insert, (number + 1, *values))
        path = tmp_path / f"{first}.xlsx"
        exported = export(Request(first, path, rows_per_sheet=12), lambda _rows, _share: None)
        assert exported.rows == len(rows)
        result = cli.invoke(args=["import-excel", str(path), second, *(exported.import_options or ())])
        assert result.exit_code == 0, result.stderr
        with db.engine.connect() as connection:
            before, after = (
                connection.exec_driver_sql(f"SELECT {exact} FROM {table} t ORDER BY id").all()
                for table in (first, second)
            )
            connection.rollback()
            for table in (first, second):
                connection.exec_driver_sql(f"DROP TABLE {table}")
        assert after == before

    return copy


# Each example is an import, and has many rows; shrinking would take as many imports again.
FEW = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@FEW
@given(data=st.data())
def test_export_then_import_is_the_identity(copied: Any, backend: str, data: st.DataObject) -> None:
    row = st.tuples(*(st.none() | VALUES[name] for name in names_of(backend)[1:]))
    copied(data.draw(st.lists(row, min_size=30, max_size=30)))
