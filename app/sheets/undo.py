"""Imported rows, staged again, beside those of the table: are they still there as they were, and out with them.

Two ways to know a row again: by a unique key that the import filled; or, in a table that the import made and that has
no such key, by all of its columns at once, where the table must hold nothing else. Values are compared as the table
stores them, NULL equal to NULL, texts byte by byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa

from app.sheets.equality import grouped, same
from app.sheets.load.statements import STAGE, STAGE_ROW, ordered_join, quoted
from app.sheets.pointing import Pointing, leaves
from app.sheets.table import Column, Key, Table

SHOWN_KEYS = 3


@dataclass(frozen=True)
class Comparison:
    """How many imported rows are gone or others than they were, the keys of a few, and how many came since.

    `others` is counted where the table must hold nothing else.
    """

    staged: int
    missing: int
    changed: int
    others: int = 0
    keys: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Tell whether all rows are there as they were imported, and nothing stands in the way."""
        return not (self.missing or self.changed or self.others)


class Rows(Protocol):
    """The imported rows of one sheet in the table."""

    def compare(self, connection: sa.Connection) -> Comparison:
        """Compare them with what is staged; on MySQL they are locked with it."""
        ...

    def parents(self) -> str:
        """Return the FROM clause of those rows, called `p`."""
        ...

    def keep_changed(self, connection: sa.Connection) -> None:
        """Take out of the stage what is no longer in the table as it was imported."""
        ...

    def delete(self, connection: sa.Connection, own: Sequence[Pointing]) -> None:
        """Delete those that are equal to what is staged. `own` are the table's foreign keys to itself."""
        ...


def key_among(table: Table, columns: Sequence[Column], filled: Sequence[int], rows: int) -> Key | str:
    """Return the first unique key of which every row has all values; else why there is none, without a full stop.

    Args:
        filled: how many values each column has, of `rows`.
    """
    names = {column.name: count for column, count in zip(columns, filled, strict=True)}
    keys = [key for key in table.keys if names.keys() >= set(key.columns)]
    if not keys:
        return f"{table.name} has no key among the imported columns"
    whole = [key for key in keys if all(names[name] == rows for name in key.columns)]
    return whole[0] if whole else f"the key {keys[0].name} of {table.name} is blank in some rows"


def known_by(
    dialect: sa.Dialect, table: Table, columns: Sequence[Column], key: Key | None, others: str = "1 = 1"
) -> Rows:
    """Return the rows known by a key, or by all columns where there is none.

    Args:
        others: the SQL of what else rows `t` of the table that are known by a key must fulfil to be as they were.
    """
    if key is None:
        return _Whole(dialect, quoted(dialect, table.name), tuple(columns))
    return _ByKey(dialect, quoted(dialect, table.name), tuple(columns), key, others)


@dataclass(frozen=True)
class _ByKey:
    dialect: sa.Dialect
    table: str
    columns: tuple[Column, ...]
    key: Key
    others: str

    def compare(self, connection: sa.Connection) -> Comparison:
        lock = "" if self.dialect.name == "sqlite" else " FOR UPDATE"
        first = quoted(self.dialect, self.key.columns[0])
        both = f"FROM {STAGE} s LEFT JOIN {self.table} t ON {self._key('t')}"
        counts = f"SELECT COUNT(*), COUNT(t.{first}), COALESCE(SUM({self._same()}), 0) {both}{lock}"
        staged, there, same = map(int, connection.exec_driver_sql(counts).one())
        wrong = f"t.{first} IS NULL OR NOT ({self._same()})"
        names = ", ".join(f"s.{quoted(self.dialect, name)}" for name in self.key.columns)
        few = f"SELECT {names} {both} WHERE {wrong} ORDER BY s.{STAGE_ROW} LIMIT {SHOWN_KEYS}"
        keys = [] if same == staged else connection.exec_driver_sql(few).all()
        shown = tuple(", ".join(map(str, key)) for key in keys)
        return Comparison(staged, staged - there, there - same, keys=shown)

    def parents(self) -> str:
        return f"{STAGE} s {ordered_join(self.dialect)} {self.table} p ON {self._key('p')}"

    def keep_changed(self, connection: sa.Connection) -> None:
        if self.dialect.name == "sqlite":
            there = f"SELECT 1 FROM {self.table} t WHERE {self._key('t')} AND {self._same()}"  # noqa: S608 - reflected names
            connection.exec_driver_sql(f"DELETE FROM {STAGE} AS s WHERE NOT EXISTS ({there})")  # noqa: S608
        else:
            first = quoted(self.dialect, self.key.columns[0])
            joined = f"{STAGE} s LEFT JOIN {self.table} t ON {self._key('t')}"
            connection.exec_driver_sql(f"DELETE s FROM {joined} WHERE t.{first} IS NULL OR NOT ({self._same()})")

    def delete(self, connection: sa.Connection, own: Sequence[Pointing]) -> None:
        joins, alone = leaves(own, self.table, self.key, self.dialect)
        rows = f"{STAGE} s {ordered_join(self.dialect)} {self.table} t ON {self._key('t')} AND {self._same()}{joins}"
        rows += f" WHERE {alone}"
        if self.dialect.name == "sqlite":
            names = [quoted(self.dialect, name) for name in self.key.columns]
            found = f"SELECT {', '.join(f't.{name}' for name in names)} FROM {rows}"  # noqa: S608 - reflected names
            statement = f"DELETE FROM {self.table} WHERE ({', '.join(names)}) IN ({found})"  # noqa: S608
        else:
            statement = f"DELETE t FROM {rows}"
        while connection.exec_driver_sql(statement).rowcount and own:
            continue

    def _key(self, alias: str) -> str:
        names = [quoted(self.dialect, name) for name in self.key.columns]
        return " AND ".join(f"{alias}.{name} = s.{name}" for name in names)

    def _same(self) -> str:
        return f"({' AND '.join(same(self.dialect, column) for column in self.columns)} AND {self.others})"


@dataclass(frozen=True)
class _Whole:
    dialect: sa.Dialect
    table: str
    columns: tuple[Column, ...]

    def compare(self, connection: sa.Connection) -> Comparison:
        if self.dialect.name != "sqlite":
            connection.exec_driver_sql(f"SELECT COUNT(*) FROM {self.table} FOR UPDATE")  # noqa: S608 - reflected name
        values = ", ".join(f"{grouped(self.dialect, column)} AS c{n}" for n, column in enumerate(self.columns))
        names = ", ".join(f"c{n}" for n in range(len(self.columns)))
        differing = (
            f"SELECT SUM(side) AS n FROM (SELECT 1 AS side, {values} FROM {self.table}"  # noqa: S608 - reflected names
            f" UNION ALL SELECT -1 AS side, {values} FROM {STAGE}) u GROUP BY {names} HAVING SUM(side) <> 0"
        )
        sums = "SUM(CASE WHEN n < 0 THEN -n ELSE 0 END), SUM(CASE WHEN n > 0 THEN n ELSE 0 END)"
        missing, others = connection.exec_driver_sql(f"SELECT {sums} FROM ({differing}) d").one()  # noqa: S608
        staged = connection.exec_driver_sql(f"SELECT COUNT(*) FROM {STAGE}").scalar_one()  # noqa: S608
        return Comparison(int(staged), int(missing or 0), 0, int(others or 0))

    def parents(self) -> str:
        return f"{self.table} p"

    def keep_changed(self, connection: sa.Connection) -> None:
        """Do nothing: without a key, a row that was changed is not known again."""

    def delete(self, connection: sa.Connection, own: Sequence[Pointing]) -> None:  # noqa: ARG002 - all rows go
        connection.exec_driver_sql(f"DELETE FROM {self.table}")  # noqa: S608 - reflected name
