"""What the database adds up, beside what we add up of the same values."""

from __future__ import annotations

import signal
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.sheets.prove import totals
from app.sheets.sums import added_up
from app.sheets.table import Column
from app.sheets.target import find

TABLE = (
    "CREATE TABLE t (id INTEGER PRIMARY KEY, i BIGINT, b BOOLEAN, d DECIMAL(12,2), w DECIMAL(30,4), f DOUBLE,"
    " s VARCHAR(20))"
)
ROWS: list[tuple[Any, ...]] = [
    (1, 2**63 - 1, 1, "0.07", "99999999999.0001", 0.1, "上海"),
    (2, 2**63 - 1, 0, "-0.01", "0.0000", -0.3, ""),
    (3, -(2**63), None, "9999999999.99", None, 1e300, None),
    (4, -5, 1, "1.10", "-0.5000", 0.0, "a"),
]


@pytest.fixture
def connection(empty_app: Flask) -> Any:
    with db.engine.connect() as connection:
        connection.exec_driver_sql(TABLE)
        yield connection


def columns(connection: sa.Connection) -> tuple[Column, ...]:
    return find(connection, "t", sa.MetaData()).columns


def test_the_database_adds_up_what_we_do(connection: sa.Connection) -> None:
    insert = sa.text("INSERT INTO t VALUES (:id, :i, :b, :d, :w, :f, :s)")
    connection.execute(insert, [dict(zip(["id", "i", "b", "d", "w", "f", "s"], row, strict=True)) for row in ROWS])
    found = totals(connection, "t", columns(connection))
    assert found.rows == len(ROWS)
    for index, column in enumerate(columns(connection)):
        count, total, magnitude = added_up([row[index] for row in ROWS], column)
        assert (found.filled[index], found.sums[index]) == (
            count,
            pytest.approx(total) if column.kind == "float" else total,
        )
        assert found.magnitudes[index] == pytest.approx(magnitude)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("column", "value", "other"),
    [("i", 5, 5.5), ("i", 5, "5 pieces"), ("i", 5, b"5"), ("d", 1.25, 1.2500001), ("d", 1.25, "x"), ("d", 1, 1e300)],
)
def test_values_that_sqlite_keeps_in_another_type_count_as_others(
    connection: sa.Connection, column: str, value: Any, other: Any
) -> None:
    sums = []
    for number in (value, other):
        connection.exec_driver_sql("DELETE FROM t")
        connection.exec_driver_sql(f"INSERT INTO t (id, {column}) VALUES (1, ?)", (number,))
        sums.append(totals(connection, "t", [one for one in columns(connection) if one.name == column]).sums)
    assert sums[0] != sums[1]


def test_decimals_are_whole_numbers_of_their_last_decimal(connection: sa.Connection) -> None:
    connection.exec_driver_sql("INSERT INTO t (id, d) VALUES (1, 0.07), (2, 1.1)")
    (price,) = (one for one in columns(connection) if one.name == "d")
    assert totals(connection, "t", [price]).sums == [int(Decimal("1.17") * 100)]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_tables_of_many_columns_are_added_up(connection: sa.Connection) -> None:
    names = [f"c{number}" for number in range(250)]
    connection.exec_driver_sql(f"CREATE TABLE wide ({', '.join(f'{name} INTEGER' for name in names)})")
    connection.exec_driver_sql(f"INSERT INTO wide VALUES ({', '.join(map(str, range(250)))})")
    found = totals(connection, "wide", find(connection, "wide", sa.MetaData()).columns)
    assert (found.rows, found.filled, found.sums) == (1, [1] * 250, list(range(250)))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("column", ["i", "d", "w", "f", "s"])
@pytest.mark.parametrize("value", ["CAST(x'ff' AS TEXT)", "CAST(x'eda080' AS TEXT)", "x'ff'", "'nan'", "9e999", "'x'"])
def test_whatever_sqlite_holds_can_be_added_up(connection: sa.Connection, column: str, value: str) -> None:
    connection.exec_driver_sql(f"INSERT INTO t (id, {column}) VALUES (1, {value}), (2, NULL)")
    (measured,) = (one for one in columns(connection) if one.name == column)
    assert totals(connection, "t", [measured]).filled == [1]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_who_interrupts_sqlite_while_it_adds_up_is_heard(connection: sa.Connection) -> None:
    connection.exec_driver_sql("INSERT INTO t (id) VALUES (1)")
    driver: Any = connection.connection.driver_connection
    driver.create_function("press_ctrl_c", 0, lambda: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        totals(connection, "t", columns(connection), "press_ctrl_c() IS NULL")
