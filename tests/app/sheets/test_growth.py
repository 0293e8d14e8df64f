"""What a table of SQLite gains, added up while it gains it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.sheets import growth
from app.sheets.growth import growth_of
from app.sheets.load.sqlite import load_rows
from app.sheets.prove import totals
from app.sheets.target import reflect

ROWS = 25
BATCHES = [[list(range(start, start + 5)), [f"t{start}"] * 5] for start in range(0, ROWS, 5)]


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Connection]:
    """Give a database in memory; rows are added up ten at a time."""
    monkeypatch.setattr(growth, "ROWS_AT_A_TIME", 10)
    with sa.create_engine("sqlite://").connect() as opened:
        yield opened


TABLES = {
    "no rows": ["CREATE TABLE t (k INT PRIMARY KEY, v TEXT)"],
    "some rows": ["CREATE TABLE t (k INT, v TEXT)", "INSERT INTO t VALUES (7, 'x'), (8, NULL)"],
    "a number of its own": ["CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT)"],
}


@pytest.mark.parametrize("case", TABLES)
@pytest.mark.parametrize("falls", [False, True])
def test_what_is_watched_is_what_is_gained(case: str, falls: bool, connection: sa.Connection) -> None:
    for statement in TABLES[case]:
        connection.exec_driver_sql(statement)
    table = reflect(connection, "t", sa.MetaData())
    before = totals(connection, "t", table.columns)
    watching = growth_of(connection, table, table.columns)
    assert watching is not None
    batches = [[[-value if falls else value for value in column] if place == 0 else column for place, column in
                enumerate(batch)] for batch in BATCHES]  # fmt: skip
    assert load_rows(connection, "t", table.columns, watching.watched(batches)) == ROWS
    gained, after = watching.totals(), totals(connection, "t", table.columns)
    assert gained.rows == after.rows - before.rows == ROWS
    assert gained.filled == [one - other for one, other in zip(after.filled, before.filled, strict=True)]
    assert gained.sums == [one - other for one, other in zip(after.sums, before.sums, strict=True)]


def test_rows_that_are_replaced_are_missed(connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE t (k INT PRIMARY KEY ON CONFLICT REPLACE, v TEXT)")
    connection.exec_driver_sql("INSERT INTO t VALUES (3, 'x')")
    table = reflect(connection, "t", sa.MetaData())
    watching = growth_of(connection, table, table.columns)
    assert watching is not None
    load_rows(connection, "t", table.columns, watching.watched(BATCHES))
    assert watching.totals().rows == ROWS - 1


UNKNOWN = {
    "triggers": [
        "CREATE TABLE t (k INT PRIMARY KEY, v TEXT)",
        "CREATE TRIGGER g AFTER INSERT ON T BEGIN UPDATE t SET v = 'y'; END",
    ],
    "no rowid": ["CREATE TABLE t (k INT PRIMARY KEY, v TEXT) WITHOUT ROWID"],
    "a column of that name": ["CREATE TABLE t (k INT PRIMARY KEY, RowId TEXT)"],
    "a number of its own beside rows": [
        "CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT)",
        "INSERT INTO t VALUES (5, 'x')",
    ],
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_rows_that_cannot_be_told_from_others_are_not_watched(case: str, connection: sa.Connection) -> None:
    for statement in UNKNOWN[case]:
        connection.exec_driver_sql(statement)
    table = reflect(connection, "t", sa.MetaData())
    assert growth_of(connection, table, table.columns) is None
