"""One transaction: load every sheet, prove it, then commit or roll back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from app.engine import WRITER, is_mysql
from app.errors import Invalid, Refused
from app.services.imports.request import ImportRequest
from app.services.imports.sources import Source
from app.sheets import frames
from app.sheets.load import mysql, sqlite
from app.sheets.process import Progress
from app.sheets.prove import differences, totals, unproved_columns
from app.sheets.table import Column


class NotProved(Invalid):
    """The table did not gain what a sheet holds; nothing was written."""

    label = "Nothing was written"

    def __init__(self, table: str, file: str, found: Sequence[str]) -> None:
        """Say what differs."""
        super().__init__(
            "\n  ".join([f"{table} did not gain what {file} holds:", *found]),
            "Is there a trigger, a CHAR column that drops spaces, or a type that keeps less?",
        )


# A loader takes a connection, a table's name, its columns and the rows, and returns how many it loaded.
Loader = Callable[..., int]


@contextmanager
def loading_connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection of its own to load through; nothing is kept unless it commits."""
    if is_mysql(engine.url):
        engine = mysql.load_engine(engine.url)
    elif engine.dialect.name != "sqlite":
        raise Refused("Imports go into SQLite, MySQL and MariaDB.", "Set DATABASE_URL to one of these.")
    with engine.connect().execution_options(**{WRITER: True}) as connection:
        try:
            yield connection
        except BaseException:
            roll_back(connection)
            raise


def roll_back(connection: sa.Connection) -> None:
    """Roll back, also on a connection that was broken off in the middle of LOAD DATA: there the server does it."""
    if not connection.invalidated:
        driver = connection.connection.driver_connection
        if isinstance(driver, mysql.LoadConnection) and not driver.open:
            connection.invalidate()
    connection.rollback()


def road(connection: sa.Connection) -> tuple[Loader, str]:
    """Return the fastest loader that this database has, and the sink whose rows it takes."""
    if connection.dialect.name == "sqlite":
        return sqlite.load_rows, frames.COLUMNS
    if mysql.allows_load_data(connection):
        return mysql.load_stream, frames.TEXT
    return mysql.load_rows, frames.COLUMNS


def load_and_prove(
    connection: sa.Connection, sources: Sequence[Source], request: ImportRequest, progress: Progress
) -> int:
    """Load all sheets into the table and prove it; return how many rows. The caller commits.

    `progress` is told now and then how many rows are loaded, and what share of all.

    Raises:
        RowsRejectedError: rows cannot be loaded; the sources' summaries say which.
        LoadError, sqlite3.Error, pymysql.Error: the database refuses rows.
        NotProved: the table did not gain what the sheets hold.
    """
    load, sink = road(connection)
    table = request.table
    done = 0
    for place, source in enumerate(sources):

        def advance(rows: int, share: float, done: int = done, place: int = place) -> None:
            progress(done + rows, (place + share) / len(sources))

        columns: list[Column] = source.columns
        before = totals(connection, table, columns)
        rows = source.rows(request, sink, advance)
        load(connection, table, columns, rows)
        found = differences(before, totals(connection, table, columns), source.summary, columns)
        if found:
            raise NotProved(table, source.reader.path.name, found)
        source.unproved = unproved_columns(source.summary, columns)
        done += source.summary.good
    return done
