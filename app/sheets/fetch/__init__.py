"""Rows out of a database, as a stream: of one moment, and without a way to change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import sqlalchemy as sa

from app.sheets.fetch import mysql, other, sqlite
from app.sheets.fetch.result import Result

_FETCHING: dict[str, Callable[[sa.Connection, str], AbstractContextManager[Result]]] = {
    "sqlite": sqlite.fetch,
    "mysql": mysql.fetch,
    "mariadb": mysql.fetch,
}
# What is said before and after a transaction that reads one state of the data, and can write none.
_BEGIN = {
    "sqlite": ("PRAGMA query_only=ON",),
    "mysql": mysql.BEGIN,
    "mariadb": mysql.BEGIN,
}
_END = {"sqlite": "PRAGMA query_only=OFF"}


@contextmanager
def reading(connection: sa.Connection) -> Iterator[None]:
    """Let a connection see the data as they are now, and write nothing, for the time of the block."""
    connection.rollback()
    name = connection.dialect.name
    for statement in _BEGIN.get(name, ()):
        connection.exec_driver_sql(statement)
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.rollback()
            if name in _END:
                connection.exec_driver_sql(_END[name])


def fetch(connection: sa.Connection, query: str) -> AbstractContextManager[Result]:
    """Give the rows of a query as the database hands them over, for the time of the block.

    Args:
        query: without placeholders; a percent sign stands for itself.
    """
    return _FETCHING.get(connection.dialect.name, other.fetch)(connection, query)
