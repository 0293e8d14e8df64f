"""Staged rows into a table, set by set: which are new, which change, then each sort by one statement.

The stage has the rows of all sheets (see `app.sheets.load.statements`). What is to be done with the rows of one sheet
is noted in a table of marks; rows without a mark are in the table as they are in the sheet, and are not touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.sheets.equality import is_chosen, same
from app.sheets.images import spelled
from app.sheets.load.statements import STAGE, STAGE_ROW, drop_temporary, ordered_join, quoted, value_of
from app.sheets.modes import Mode, primary_key
from app.sheets.pointing import Pointing, leaves
from app.sheets.table import Column, Key, Table

MARKS = "opsdesk_marks"
IS_NEW = "opsdesk_new"


@dataclass(frozen=True)
class Marked:
    """How many rows of a sheet are new, and how many change rows that are there; the others change nothing."""

    new: int
    changed: int


@dataclass(frozen=True)
class Merge:
    """The merge of one sheet's staged rows.

    Attributes:
        columns: those of the table that the sheet fills.
        key: what rows of the table are known by; None: all rows are new.
        rows: the numbers in the stage of the sheet's first row and of the one behind its last.
    """

    dialect: sa.Dialect
    table: Table
    columns: tuple[Column, ...]
    key: Key | None
    mode: Mode
    rows: tuple[int, int]

    def mark(self, connection: sa.Connection) -> Marked:
        """Note what is to be done with each row; the rows of the table that are found stay locked."""
        connection.exec_driver_sql(_create_marks(self.dialect))
        connection.exec_driver_sql(self._marks())
        row = connection.exec_driver_sql(f"SELECT COUNT(*), COALESCE(SUM({IS_NEW}), 0) FROM {MARKS}").one()  # noqa: S608 - own names
        return Marked(int(row[1]), int(row[0]) - int(row[1]))

    def drop_marks(self, connection: sa.Connection) -> None:
        """Forget what was to be done."""
        connection.exec_driver_sql(drop_temporary(self.dialect, MARKS))

    def new_rows(self, connection: sa.Connection) -> Iterator[int]:
        """Yield the numbers in the stage of the rows that are new, in rising order."""
        rows = connection.exec_driver_sql(f"SELECT {STAGE_ROW} FROM {MARKS} WHERE {IS_NEW} = 1 ORDER BY 1")  # noqa: S608 - own names
        return (int(number) for (number,) in rows)

    @property
    def kept(self) -> tuple[Column, ...]:
        """Return the columns that an update changes: the sheet's, and those that the database sets along with them."""
        filled = {column.name for column in self.columns}
        touched = (column for column in self.table.columns if column.is_touched and column.name not in filled)
        return (*self.columns, *touched)

    def before(self, connection: sa.Connection) -> sa.CursorResult[Any]:
        """Select the rows that change, as they are: the columns `kept`, as `images.packed` takes them."""
        names = ", ".join(spelled(self.dialect, column, "t") for column in self.kept)
        return _read_for_update(connection, f"SELECT {names} FROM {self._found()} WHERE m.{IS_NEW} = 0")  # noqa: S608 - reflected names

    def samples(self, connection: sa.Connection, most: int) -> list[tuple[Any, ...]]:
        """Return a few rows that change: the key's values, then each column's value before and after."""
        assert self.key is not None  # noqa: S101 - without one, no row changes
        names = [f"s.{quoted(self.dialect, name)}" for name in self.key.columns]
        for column in self.columns:
            names += [f"t.{quoted(self.dialect, column.name)}", self._new_value(column)]
        rows = f"{self._found()} WHERE m.{IS_NEW} = 0 ORDER BY s.{STAGE_ROW} LIMIT {most}"
        return [tuple(row) for row in connection.exec_driver_sql(f"SELECT {', '.join(names)} FROM {rows}")]  # noqa: S608 - reflected names

    def new_samples(self, connection: sa.Connection, most: int) -> list[tuple[Any, ...]]:
        """Return a few rows that are new: the columns' values."""
        names = ", ".join(f"s.{quoted(self.dialect, column.name)}" for column in self.columns)
        rows = f"{self._marked(1)} ORDER BY s.{STAGE_ROW} LIMIT {most}"
        return [tuple(row) for row in connection.exec_driver_sql(f"SELECT {names} FROM {rows}")]  # noqa: S608 - reflected names

    def update(self, connection: sa.Connection) -> None:
        """Give the rows that change the sheet's values."""
        table = quoted(self.dialect, self.table.name)
        pairs = [(quoted(self.dialect, column.name), self._new_value(column)) for column in self.columns]
        if self.dialect.name == "sqlite":
            # With the marks first, it would go through them for each row of the table.
            marked = f"{STAGE} s CROSS JOIN {MARKS} m ON m.{STAGE_ROW} = s.{STAGE_ROW}"
            setting = ", ".join(f"{name} = {value}" for name, value in pairs)
            statement = f"UPDATE {table} AS t SET {setting} FROM {marked} WHERE {self._key()} AND m.{IS_NEW} = 0"  # noqa: S608
        else:
            setting = ", ".join(f"t.{name} = {value}" for name, value in pairs)
            statement = f"UPDATE {self._found()} SET {setting} WHERE m.{IS_NEW} = 0"  # noqa: S608
        connection.exec_driver_sql(statement)

    def insert(self, connection: sa.Connection) -> int:
        """Insert the rows that are new, in the sheet's order; return how many."""
        names = ", ".join(quoted(self.dialect, column.name) for column in self.columns)
        values = ", ".join(
            value_of(self.dialect, column, f"s.{quoted(self.dialect, column.name)}") for column in self.columns
        )
        order = "" if self.dialect.name == "sqlite" else f" ORDER BY s.{STAGE_ROW}"  # which SQLite's scan has anyhow
        rows = f"{self._marked(1)}{order}"
        table = quoted(self.dialect, self.table.name)
        return connection.exec_driver_sql(f"INSERT INTO {table} ({names}) SELECT {values} FROM {rows}").rowcount  # noqa: S608

    def differences(self, connection: sa.Connection) -> tuple[int, dict[str, int]]:
        """Return how many of the marked rows the table has now, and in which columns how many differ from the stage."""
        counts = ", ".join(
            ["COUNT(*)", *(f"COALESCE(SUM(NOT {same(self.dialect, column)}), 0)" for column in self.columns)]
        )
        found, *wrong = map(int, connection.exec_driver_sql(f"SELECT {counts} FROM {self._found()}").one())  # noqa: S608
        names = (column.name for column in self.columns)
        return found, {name: count for name, count in zip(names, wrong, strict=True) if count}

    def _marks(self) -> str:
        """Return the INSERT of the marks."""
        first, behind = self.rows
        insert = f"INSERT INTO {MARKS} SELECT s.{STAGE_ROW}, "
        within = f"s.{STAGE_ROW} >= {first} AND s.{STAGE_ROW} < {behind}"
        if self.key is None:
            return f"{insert}1 FROM {STAGE} s WHERE {within}"
        there = f"t.{quoted(self.dialect, self.key.columns[0])} IS NOT NULL"
        equal = " AND ".join(same(self.dialect, column) for column in self.columns) if self.mode.updates else "1 = 1"
        # On SQLite `same` compares without looking whether there is a row at all.
        join = f"{STAGE} s LEFT JOIN {quoted(self.dialect, self.table.name)} t ON {self._key()}"
        where = f"{within} AND NOT ({there} AND {equal})"
        return f"{insert}NOT ({there}) FROM {join} WHERE {where}{for_update(self.dialect)}"

    def _marked(self, is_new: int) -> str:
        """Return the FROM clause of staged rows `s` that are new or not, with its WHERE."""
        return f"{self._staged()} WHERE m.{IS_NEW} = {is_new}"

    def _found(self) -> str:
        """Return the FROM clause of marked rows `s` with the table's `t`."""
        join = f"{ordered_join(self.dialect)} {quoted(self.dialect, self.table.name)} t ON {self._key()}"
        return f"{self._staged()} {join}"

    def _staged(self) -> str:
        """Return the FROM clause of marked rows `s`: the marks come first, for they may be few."""
        return f"{MARKS} m {ordered_join(self.dialect)} {STAGE} s ON s.{STAGE_ROW} = m.{STAGE_ROW}"

    def _key(self) -> str:
        assert self.key is not None  # noqa: S101 - asked for where rows are known by one
        return key_match(self.dialect, self.key, "t", "s")

    def _new_value(self, column: Column) -> str:
        """Return the SQL of what a changed row gets; its own value where a blank leaves the choice to the database."""
        name = quoted(self.dialect, column.name)
        return f"COALESCE(s.{name}, t.{name})" if is_chosen(column) else f"s.{name}"


def _read_for_update(connection: sa.Connection, select: str) -> sa.CursorResult[Any]:
    """Select rows that need not fit into memory; on MySQL, nothing else can be asked until all are fetched.

    They are read as they will be written: without FOR UPDATE, MySQL reads them as they were when the transaction first
    read anything, whatever was committed since (MySQL manual, "Consistent Nonlocking Reads").
    """
    return connection.exec_driver_sql(
        f"{select}{for_update(connection.dialect)}", execution_options={"stream_results": True}
    )


def for_update(dialect: sa.Dialect) -> str:
    """Return the end of a SELECT that locks what it reads; SQLite's one writer needs none."""
    return "" if dialect.name == "sqlite" else " FOR UPDATE"


def key_match(dialect: sa.Dialect, key: Key, left: str, right: str) -> str:
    """Return the SQL that tells whether two rows have the same key."""
    names = [quoted(dialect, name) for name in key.columns]
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in names)


def drop_found(connection: sa.Connection, table: Table, key: Key) -> int:
    """Take the staged rows whose key is in the table out of the stage; return how many there were."""
    dialect = connection.dialect
    match = key_match(dialect, key, "t", "s")
    name = quoted(dialect, table.name)
    if dialect.name == "sqlite":
        where = f"EXISTS (SELECT 1 FROM {name} t WHERE {match})"  # noqa: S608 - reflected names
        return connection.exec_driver_sql(f"DELETE FROM {STAGE} AS s WHERE {where}").rowcount  # noqa: S608
    return connection.exec_driver_sql(f"DELETE s FROM {STAGE} s STRAIGHT_JOIN {name} t ON {match}").rowcount


@dataclass(frozen=True)
class Leftovers:
    """The rows of a table whose key the stage does not have: those that a replacement deletes."""

    dialect: sa.Dialect
    table: Table
    key: Key

    def index_stage(self, connection: sa.Connection) -> None:
        """Let the stage be searched by the key, where it was not made with an index."""
        if self.dialect.name == "sqlite":
            names = ", ".join(quoted(self.dialect, name) for name in self.key.columns)
            connection.exec_driver_sql(f"CREATE INDEX temp.opsdesk_stage_key ON {STAGE} ({names})")

    def count(self, connection: sa.Connection) -> int:
        """Return how many there are; they stay locked."""
        rows = f"SELECT COUNT(*) FROM {self.rows('t')}{for_update(self.dialect)}"  # noqa: S608 - reflected names
        return int(connection.exec_driver_sql(rows).scalar_one())

    def are_all_known(self, connection: sa.Connection) -> bool:
        """Tell whether each can be found again by a key: the table's primary key, or theirs with nothing blank."""
        if primary_key(self.table) is not None:
            return True
        blank = " OR ".join(f"t.{quoted(self.dialect, name)} IS NULL" for name in self.key.columns)
        found = f"SELECT 1 FROM {self.rows('t')} AND ({blank}) LIMIT 1"  # noqa: S608 - reflected names
        return connection.exec_driver_sql(found).first() is None

    def before(self, connection: sa.Connection, columns: Sequence[Column]) -> sa.CursorResult[Any]:
        """Select them, as `images.packed` takes them."""
        names = ", ".join(spelled(self.dialect, column, "t") for column in columns)
        return _read_for_update(connection, f"SELECT {names} FROM {self.rows('t')}")  # noqa: S608 - reflected names

    def delete(self, connection: sa.Connection, own: Sequence[Pointing]) -> None:
        """Delete them, those first that no other row points to. `own` are the table's foreign keys to itself."""
        name, match = quoted(self.dialect, self.table.name), key_match(self.dialect, self.key, "t", "s")
        joins, alone = leaves(own, name, self.key, self.dialect)
        rows = f"{self.rows('t', joins)} AND {alone}"
        if self.dialect.name == "sqlite":
            keys = [quoted(self.dialect, column) for column in self.key.columns]
            found = f"SELECT {', '.join(f't.{key}' for key in keys)} FROM {rows}"  # noqa: S608 - reflected names
            leaf = f"DELETE FROM {name} WHERE ({', '.join(keys)}) IN ({found})"  # noqa: S608
            rest = f"DELETE FROM {name} AS t WHERE NOT EXISTS (SELECT 1 FROM {STAGE} s WHERE {match})"  # noqa: S608
        else:
            leaf, rest = f"DELETE t FROM {rows}", f"DELETE t FROM {self.rows('t')}"
        while own and connection.exec_driver_sql(leaf).rowcount:
            continue
        connection.exec_driver_sql(rest)  # of rows that point to each other in a circle, the database decides

    def rows(self, alias: str, joined: str = "") -> str:
        """Return the FROM clause of these rows, with its WHERE; `joined` are JOINs of further tables to them."""
        match = key_match(self.dialect, self.key, alias, "s")
        return (
            f"{quoted(self.dialect, self.table.name)} {alias} LEFT JOIN {STAGE} s ON {match}{joined}"
            f" WHERE s.{STAGE_ROW} IS NULL"
        )


def _create_marks(dialect: sa.Dialect) -> str:
    """Return the CREATE of the table of marks."""
    number = "INTEGER" if dialect.name == "sqlite" else "BIGINT UNSIGNED"
    small = "INTEGER" if dialect.name == "sqlite" else "TINYINT"
    engine = "" if dialect.name == "sqlite" else " ENGINE=InnoDB"
    return (
        f"CREATE TEMPORARY TABLE {MARKS} ({STAGE_ROW} {number} NOT NULL PRIMARY KEY, {IS_NEW} {small} NOT NULL){engine}"
    )
