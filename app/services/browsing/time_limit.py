"""A limit for the time that the database spends on one query, so that a look at a huge table holds up nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.errors import Busy

# MariaDB's ER_STATEMENT_TIMEOUT, MySQL's ER_QUERY_TIMEOUT; what SQLite says when its progress handler asks it to stop.
TIMED_OUT = (1969, 3024, "interrupted")
# SQLite's virtual machine asks after so many of its instructions whether to go on.
INSTRUCTIONS = 10_000

Set = Callable[[sa.Connection, float | None], None]


class TooSlow(Busy):
    """A query that took longer than it may."""


@contextmanager
def time_limit(connection: sa.Connection, seconds: float) -> Iterator[None]:
    """Limit each query on the connection to so many seconds, where the database can do that.

    Raises:
        TooSlow: one took longer.
    """
    set_limit = _SETTERS.get(_kind(connection), _none)
    set_limit(connection, seconds)
    try:
        yield
    except DBAPIError as error:
        if error.orig is not None and error.orig.args and error.orig.args[0] in TIMED_OUT:
            raise TooSlow(f"The database did not answer within {seconds:g} seconds.") from error
        raise
    finally:
        _lift(connection, set_limit)


def _lift(connection: sa.Connection, set_limit: Set) -> None:
    """Lift the limit, or give the connection up: whoever has it next may take longer."""
    try:
        set_limit(connection, None)
    except DBAPIError:
        connection.invalidate()


def _kind(connection: sa.Connection) -> str:
    return "mariadb" if getattr(connection.dialect, "is_mariadb", False) else connection.dialect.name


def _none(_connection: sa.Connection, _seconds: float | None) -> None:
    """Leave databases alone that have no such limit."""


def _mariadb(connection: sa.Connection, seconds: float | None) -> None:
    connection.exec_driver_sql(f"SET max_statement_time = {'DEFAULT' if seconds is None else seconds}")


def _mysql(connection: sa.Connection, seconds: float | None) -> None:
    connection.exec_driver_sql(f"SET max_execution_time = {'DEFAULT' if seconds is None else int(seconds * 1000)}")


def _sqlite(connection: sa.Connection, seconds: float | None) -> None:
    driver = connection.connection.driver_connection
    if driver is None:
        return
    end = None if seconds is None else time.monotonic() + seconds
    driver.set_progress_handler(None if end is None else lambda: time.monotonic() > end, INSTRUCTIONS)


_SETTERS: dict[str, Set] = {"mariadb": _mariadb, "mysql": _mysql, "sqlite": _sqlite}
