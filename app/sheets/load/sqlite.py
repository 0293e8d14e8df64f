"""SQLite: `executemany`, a batch at a time, in the one writing transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app.sheets.load.statements import insert_into, row_values
from app.sheets.table import Column


def load_rows(
    connection: sa.Connection, table: str, columns: Sequence[Column], batches: Iterable[list[list[Any]]]
) -> int:
    """Insert the rows of all batches, each a list of columns; return how many there were.

    Raises:
        sqlite3.Error: a row breaks a constraint, or the database cannot be written.
    """
    dialect = connection.dialect
    statement = f"{insert_into(dialect, table, columns)} {row_values(dialect, columns, '?')}"
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    rows = 0
    for batch in batches:
        cursor.executemany(statement, zip(*batch, strict=True))
        rows += len(batch[0])
    return rows
