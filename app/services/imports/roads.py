"""How rows get into a table: through which connection, by which loader, and whether straight or by a stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from app.engine import WRITER, is_mysql
from app.errors import Refused
from app.runner.work_connection import named_for
from app.services.imports.request import ImportRequest
from app.services.imports.sources import Source
from app.sheets import frames
from app.sheets.growth import growth_of
from app.sheets.load import mysql, sqlite
from app.sheets.load.statements import quoted
from app.sheets.modes import INSERT
from app.sheets.table import Key

# A loader takes a connection, a table's name, its columns and the rows, and returns how many it loaded.
Loader = Callable[..., int]

# A table that is added up whole in no time; beyond that, one that has no more than so many times the sheets' rows.
SMALL_TABLE = 50_000
TIMES_THE_SHEETS = 4
BYTES_PER_CELL = 3  # of a compressed sheet; fewer are rare


@contextmanager
def loading_connection(engine: sa.Engine, run_id: int) -> Iterator[sa.Connection]:
    """Give a connection of a run's own to load through; nothing is kept unless it commits."""
    if is_mysql(engine.url):
        engine = mysql.load_engine(engine.url)
    elif engine.dialect.name != "sqlite":
        raise Refused("Imports go into SQLite, MySQL and MariaDB.", "Set DATABASE_URL to one of these.")
    with engine.connect().execution_options(**{WRITER: True}) as connection, named_for(run_id, connection):
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


def goes_straight(
    connection: sa.Connection, sources: Sequence[Source], request: ImportRequest, key: Key | None
) -> bool:
    """Tell whether rows are loaded into the table itself, and not into a stage first.

    That is fastest; but it is only for rows that are all new, and its proof adds up the whole table, unless it can tell
    the new rows from others.
    """
    if request.mode != INSERT or request.skips:
        return False
    if request.create or key is None:
        return True
    if all(growth_of(connection, source.planned.table, source.columns) for source in sources):
        return True
    return _rows_of(connection, request.table) <= max(SMALL_TABLE, TIMES_THE_SHEETS * _most_rows(sources))


def _most_rows(sources: Sequence[Source]) -> int:
    """Return about how many rows the files can have, by their sizes."""
    width = max(len(source.columns) for source in sources)
    return sum(source.reader.path.stat().st_size for source in sources) // (BYTES_PER_CELL * width)


def _rows_of(connection: sa.Connection, table: str) -> int:
    """Return how many rows a table has; about that many on MySQL, where counting them would take long."""
    name = quoted(connection.dialect, table)
    if connection.dialect.name == "sqlite":
        return int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {name}").scalar_one())  # noqa: S608 - reflected name
    query = "SELECT table_rows FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = :table"
    return int(connection.scalar(sa.text(query), {"table": table}) or 0)
