"""Converted rows in a temporary table, where the database can compare them with a table's own."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.services.imports.loading import road
from app.services.imports.request import ImportRequest
from app.services.imports.sources import Source
from app.sheets.load.statements import STAGE, create_stage, drop_temporary
from app.sheets.table import Column

STAGE_STEP = 1 << 32  # more than a file has rows: a staged row's number tells its source too


def make_stage(connection: sa.Connection, table: str, columns: Sequence[Column]) -> None:
    """Make the temporary table, without constraints, of some of the table's columns."""
    connection.exec_driver_sql(create_stage(connection.dialect, table, columns))


def fill_stage(
    connection: sa.Connection, source: Source, request: ImportRequest, columns: Sequence[Column], number: int = 0
) -> None:
    """Read a sheet's rows into the temporary table; each row's number is its own in Excel, plus STAGE_STEP * `number`.

    Args:
        columns: as `stage_columns` gives them, or alike.

    Raises:
        RowsRejectedError: cells do not convert; the source's summary says which.
        LoadError: the server warned about values.
    """
    load, sink = road(connection)
    rows = source.rows(request, sink, lambda _rows, _share: None, stage=number * STAGE_STEP)
    load(connection, STAGE, columns, rows)


def drop_stage(connection: sa.Connection) -> None:
    """Drop the temporary table."""
    connection.exec_driver_sql(drop_temporary(connection.dialect, STAGE))
