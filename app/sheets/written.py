"""Which staged rows of a sheet an import wrote: what it inserted, by number, and what it updated, by key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa

from app.sheets.load import mysql, sqlite
from app.sheets.load.statements import (
    STAGE,
    STAGE_ROW,
    create_stage,
    drop_temporary,
    ordered_join,
    quoted,
    stage_columns,
)
from app.sheets.merge import key_match
from app.sheets.staged_rows import create_list, keep_rows
from app.sheets.table import Column, Key

UPDATED = "opsdesk_updated"
MET = "opsdesk_met"
ROWS_AT_A_TIME = 10_000


@dataclass(frozen=True)
class UpdatedKeys:
    """The keys of the rows that an import updated, in a temporary table; and which of them were met again.

    `columns` are those of the key, in its order.
    """

    dialect: sa.Dialect
    key: Key
    columns: tuple[Column, ...]

    def make(self, connection: sa.Connection, table: str, keys: Iterable[Sequence[Any]]) -> None:
        """Make the table, with `keys` as values in the order of the key."""
        connection.exec_driver_sql(create_stage(self.dialect, table, self.columns, self.key.columns, UPDATED))
        load_values(connection, UPDATED, self.columns, keys)
        if self.dialect.name == "sqlite":
            names = ", ".join(quoted(self.dialect, name) for name in self.key.columns)
            connection.exec_driver_sql(f"CREATE INDEX temp.opsdesk_updated_key ON {UPDATED} ({names})")
        connection.exec_driver_sql(create_list(self.dialect, MET))

    def meet(self, connection: sa.Connection) -> None:
        """Note the keys that are staged now."""
        connection.exec_driver_sql(f"INSERT INTO {MET} SELECT DISTINCT u.{STAGE_ROW} FROM {self._staged()}")  # noqa: S608

    def not_met(self, connection: sa.Connection) -> int:
        """Return how many keys were never staged."""
        counts = f"SELECT (SELECT COUNT(*) FROM {UPDATED}) - (SELECT COUNT(*) FROM {MET})"  # noqa: S608 - own names
        return int(connection.exec_driver_sql(counts).scalar_one())

    def keep_written(self, connection: sa.Connection, inserted: Iterable[int]) -> None:
        """Leave in the stage what the import wrote: rows of these numbers, and those with these keys."""
        keep_rows(connection, inserted, f"SELECT s.{STAGE_ROW} FROM {self._staged()}")  # noqa: S608 - own names

    def keep_met(self, connection: sa.Connection) -> None:
        """Leave in the stage the rows whose keys were met."""
        join = ordered_join(self.dialect)
        met = f"SELECT s.{STAGE_ROW} FROM {self._staged()} {join} {MET} m ON m.{STAGE_ROW} = u.{STAGE_ROW}"  # noqa: S608
        keep_rows(connection, (), met)

    def drop(self, connection: sa.Connection) -> None:
        """Drop the table; SQLite's connection is used again."""
        for table in (MET, UPDATED):
            connection.exec_driver_sql(drop_temporary(self.dialect, table))

    def _staged(self) -> str:
        """Return the FROM clause of staged rows `s` with the keys `u` that they have."""
        join, match = ordered_join(self.dialect), key_match(self.dialect, self.key, "u", "s")
        return f"{STAGE} s {join} {UPDATED} u ON {match}"


def load_values(connection: sa.Connection, table: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> int:
    """Number rows, and load them into a table that is made like the stage; return how many there were.

    Raises:
        LoadError: the server warned about values.
    """
    load = sqlite.load_rows if connection.dialect.name == "sqlite" else mysql.load_rows
    return load(connection, table, stage_columns(columns), _blocks(rows))


def _blocks(rows: Iterable[Sequence[Any]]) -> Iterator[list[list[Any]]]:
    numbered = ((number, *row) for number, row in enumerate(rows))
    while block := list(islice(numbered, ROWS_AT_A_TIME)):
        yield [list(column) for column in zip(*block, strict=True)]
