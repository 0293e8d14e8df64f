"""Rows into SQLite, many to a statement."""

from __future__ import annotations

import sqlite3

import pytest
import sqlalchemy as sa

from app.sheets.load.sqlite import ROWS, load_rows
from app.sheets.table import Column

COLUMNS = [
    Column("id", "integer", "int"),
    Column("na me", "text", "text", nullable=False, default="'none'"),
]


@pytest.fixture
def connection() -> sa.Connection:
    connection = sa.create_engine("sqlite://").connect()
    connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, \"na me\" TEXT NOT NULL DEFAULT 'none')")
    return connection


@pytest.mark.parametrize("size", [1, ROWS - 1, ROWS, ROWS + 1, 3 * ROWS + 7])
def test_every_row_of_every_batch_is_loaded(connection: sa.Connection, size: int) -> None:
    batches = [[list(range(start, start + size)), [None, *["x"] * (size - 1)]] for start in (0, size)]
    assert load_rows(connection, "t", COLUMNS, batches) == 2 * size
    rows = connection.exec_driver_sql("SELECT * FROM t ORDER BY id").all()
    assert [tuple(row) for row in rows] == [(n, "x" if n % size else "none") for n in range(2 * size)]


def test_a_server_that_takes_few_variables_gets_fewer_rows_at_a_time(connection: sa.Connection) -> None:
    driver = connection.connection.driver_connection
    driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 5)
    assert load_rows(connection, "t", COLUMNS, [[[1, 2, 3, 4, 5], ["a", "b", "c", "d", "e"]]]) == 5
    assert connection.exec_driver_sql("SELECT COUNT(*) FROM t").scalar_one() == 5


def test_a_row_that_breaks_a_key_is_told(connection: sa.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE constraint failed: t\.id"):
        load_rows(connection, "t", COLUMNS, [[[1, 2, 1], ["a", "b", "c"]]])
