"""SQLite: many rows to a statement, in the one writing transaction; `executemany` takes 1.5 times as long."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app.sheets.load.statements import insert_into, row_values
from app.sheets.table import Column

ROWS = 100  # of one statement; more of them are no quicker


def load_rows(
    connection: sa.Connection, table: str, columns: Sequence[Column], batches: Iterable[list[list[Any]]]
) -> int:
    """Insert the rows of all batches, each a list of columns; return how many there were.

    Raises:
        sqlite3.Error: a row breaks a constraint, or the database cannot be written.
    """
    dialect = connection.dialect
    driver: Any = connection.connection.driver_connection
    width = len(columns)
    count = max(min(ROWS, driver.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // width), 1)
    head, one = insert_into(dialect, table, columns), row_values(dialect, columns, "?")
    many = f"{head} {', '.join([one] * count)}"
    cursor = driver.cursor()
    loaded = 0
    for batch in batches:
        rows = len(batch[0])
        values: list[Any] = [None] * (rows * width)
        for place, column in enumerate(batch):
            values[place::width] = column
        whole = rows // count * count * width
        for start in range(0, whole, count * width):
            cursor.execute(many, values[start : start + count * width])
        cursor.executemany(f"{head} {one}", (values[at : at + width] for at in range(whole, len(values), width)))
        loaded += rows
    return loaded
