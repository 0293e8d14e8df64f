"""Some rows of the stage, kept or taken out by their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

import sqlalchemy as sa

from app.sheets.load.statements import STAGE, STAGE_ROW, drop_temporary

LISTED = "opsdesk_listed"
NUMBERS_AT_A_TIME = 10_000


def keep_rows(connection: sa.Connection, numbers: Iterable[int], others: str = "") -> None:
    """Leave in the stage the rows of these numbers, and of those that the SELECT `others` gives."""
    with _listed(connection, numbers, others) as kept:
        connection.exec_driver_sql(f"DELETE FROM {STAGE} WHERE {STAGE_ROW} NOT IN ({kept})")  # noqa: S608 - own names


def drop_rows(connection: sa.Connection, numbers: Iterable[int]) -> None:
    """Take the rows of these numbers out of the stage."""
    with _listed(connection, numbers) as dropped:
        connection.exec_driver_sql(f"DELETE FROM {STAGE} WHERE {STAGE_ROW} IN ({dropped})")  # noqa: S608 - own names


def create_list(dialect: sa.Dialect, name: str) -> str:
    """Return the CREATE of a temporary table of row numbers, each once."""
    number = "INTEGER" if dialect.name == "sqlite" else "BIGINT UNSIGNED"
    return f"CREATE TEMPORARY TABLE {name} ({STAGE_ROW} {number} NOT NULL PRIMARY KEY)"


@contextmanager
def _listed(connection: sa.Connection, numbers: Iterable[int], others: str = "") -> Iterator[str]:
    """Give the SELECT of row numbers, which are in a temporary table meanwhile."""
    dialect = connection.dialect
    connection.exec_driver_sql(create_list(dialect, LISTED))
    rest = iter(numbers)
    while block := list(islice(rest, NUMBERS_AT_A_TIME)):
        values = ", ".join(f"({number})" for number in block)
        connection.exec_driver_sql(f"INSERT INTO {LISTED} VALUES {values}")  # noqa: S608 - numbers
    if others:
        ignore = "OR IGNORE" if dialect.name == "sqlite" else "IGNORE"
        connection.exec_driver_sql(f"INSERT {ignore} INTO {LISTED} {others}")
    yield f"SELECT {STAGE_ROW} FROM {LISTED}"  # noqa: S608 - own names
    connection.exec_driver_sql(drop_temporary(dialect, LISTED))
