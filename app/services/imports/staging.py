"""Converted rows in a temporary table, where the database can compare them with a table's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from app.services.imports.request import ImportRequest
from app.services.imports.roads import road
from app.services.imports.sources import Source
from app.sheets.load.statements import STAGE, STAGE_ROW, create_stage, drop_temporary
from app.sheets.process import Progress
from app.sheets.table import Column

STAGE_STEP = 1 << 32  # more than a file has rows: a staged row's number tells its source too
BAD = "opsdesk_bad"
ROWS_PER_STATEMENT = 10_000


def make_stage(connection: sa.Connection, table: str, columns: Sequence[Column], searched: Sequence[str] = ()) -> None:
    """Make the temporary table, without constraints, of some of the table's columns.

    Args:
        searched: the columns of an index, which only MySQL needs beforehand.
    """
    connection.exec_driver_sql(create_stage(connection.dialect, table, columns, searched))


def fill_stage(
    connection: sa.Connection,
    source: Source,
    request: ImportRequest,
    columns: Sequence[Column],
    number: int = 0,
    progress: Progress = lambda _rows, _share: None,
    goes_on: bool = False,
) -> None:
    """Read a sheet's rows into the temporary table; each row's number is its own in Excel, plus STAGE_STEP * `number`.

    Args:
        columns: as `staged_columns` gives them, or alike.
        goes_on: leave out rows whose cells do not convert; the source's summary says which.

    Raises:
        RowsRejectedError: cells do not convert, and it does not go on.
        LoadError: the server warned about values.
    """
    load, sink = road(connection)
    rows = source.rows(request, sink, progress, number * STAGE_STEP, goes_on)
    load(connection, STAGE, columns, rows)


def drop_stage(connection: sa.Connection) -> None:
    """Drop the temporary table."""
    connection.exec_driver_sql(drop_temporary(connection.dialect, STAGE))


def span(number: int) -> tuple[int, int]:
    """Return the numbers in the stage between which the rows of a source are: the first, and one behind the last."""
    return number * STAGE_STEP, (number + 1) * STAGE_STEP


def drop_rows(connection: sa.Connection, numbers: Iterable[int]) -> None:
    """Take rows out of the stage, by their numbers in it."""
    listed = sorted(numbers)
    if not listed:
        return
    dialect = connection.dialect
    number = "INTEGER" if dialect.name == "sqlite" else "BIGINT UNSIGNED"
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {BAD} ({STAGE_ROW} {number} NOT NULL PRIMARY KEY)")
    for start in range(0, len(listed), ROWS_PER_STATEMENT):
        values = ", ".join(f"({row})" for row in listed[start : start + ROWS_PER_STATEMENT])
        connection.exec_driver_sql(f"INSERT INTO {BAD} VALUES {values}")  # noqa: S608 - numbers
    rows = f"(SELECT {STAGE_ROW} FROM {BAD})"  # noqa: S608 - own names
    connection.exec_driver_sql(f"DELETE FROM {STAGE} WHERE {STAGE_ROW} IN {rows}")  # noqa: S608 - own names
    connection.exec_driver_sql(drop_temporary(dialect, BAD))
