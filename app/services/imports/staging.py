"""Converted rows in a temporary table, where the database can compare them with a table's own."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.services.imports.request import ImportRequest
from app.services.imports.roads import road
from app.services.imports.sources import Source
from app.sheets.load.statements import STAGE, create_stage, drop_temporary
from app.sheets.process import Progress
from app.sheets.table import Column

STAGE_STEP = 1 << 32  # more than a file has rows: a staged row's number tells its source too


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
