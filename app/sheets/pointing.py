"""Foreign keys that point to a table: whose rows would go with its rows, lose their value, or forbid the deletion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa

from app.sheets.load.statements import STAGE, drop_temporary, ordered_join, quoted
from app.sheets.table import Key, Table

TWIN = "opsdesk_stage_keys"
# MySQL manual, "The INFORMATION_SCHEMA KEY_COLUMN_USAGE Table".
MYSQL = (
    "SELECT table_schema, table_name, constraint_name, column_name, referenced_column_name"
    " FROM information_schema.key_column_usage"
    " WHERE referenced_table_schema = DATABASE() AND referenced_table_name = :table"
    " ORDER BY table_schema, table_name, constraint_name, ordinal_position"
)
# SQLite documentation, "PRAGMA foreign_key_list": "to" is NULL where the key points to the primary key.
SQLITE = (
    'SELECT NULL, m.name, f.id, f."from", f."to" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f'
    " WHERE m.type = 'table' AND lower(f.\"table\") = lower(:table) ORDER BY m.name, f.id, f.seq"
)


@dataclass(frozen=True)
class Pointing:
    """A foreign key of `table` (quoted, with its schema) whose `columns` are those `referred` of the table in question.

    `own`: it is the table in question itself.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    referred: tuple[str, ...]
    own: bool

    def match(self, child: str, parent: str, dialect: sa.Dialect) -> str:
        """Return the SQL that tells whether a row called `child` points to one called `parent`."""
        pairs = zip(self.referred, self.columns, strict=True)
        return " AND ".join(f"{parent}.{quoted(dialect, to)} = {child}.{quoted(dialect, own)}" for to, own in pairs)


def pointing_to(connection: sa.Connection, table: Table) -> list[Pointing]:
    """Return the foreign keys that point to a table."""
    dialect = connection.dialect
    rows = connection.execute(sa.text(SQLITE if dialect.name == "sqlite" else MYSQL), {"table": table.name}).all()
    here = connection.engine.url.database
    found = []
    for (schema, name, _), group in groupby(rows, key=lambda row: tuple(row[:3])):
        columns, referred = zip(*((row[3], row[4]) for row in group), strict=True)
        elsewhere = f"{quoted(dialect, schema)}." if schema not in (None, here) else ""
        own = not elsewhere and name.lower() == table.name.lower()
        found.append(Pointing(name, f"{elsewhere}{quoted(dialect, name)}", columns, _named(referred, table), own))
    return found


def pointing_rows(connection: sa.Connection, foreign: Pointing, parents: str, key: Key | None) -> int:
    """Return how many rows point to those of `parents`, a FROM clause that calls them `p`.

    Rows of the table itself that are staged do not count: they go as well. `key` is what they are known by; None: all
    of them are.
    """
    dialect = connection.dialect
    if foreign.own and key is None:
        return 0
    join, lock = ordered_join(dialect), for_share(dialect)
    rows = f"SELECT COUNT(*) FROM {parents} {join} {foreign.table} c ON {foreign.match('c', 'p', dialect)}"  # noqa: S608 - reflected names
    if not foreign.own or key is None:
        return int(connection.exec_driver_sql(rows + lock).scalar_one())
    with twin(connection, key) as staged:
        names = [quoted(dialect, name) for name in key.columns]
        match = " AND ".join(f"c.{name} = w.{name}" for name in names)
        others = f" LEFT JOIN {staged} w ON {match} WHERE w.{names[0]} IS NULL"
        return int(connection.exec_driver_sql(rows + others + lock).scalar_one())


def for_share(dialect: sa.Dialect) -> str:
    """Return the end of a SELECT that reads rows as they are now, and keeps them so; SQLite's one writer needs none."""
    return "" if dialect.name == "sqlite" else " LOCK IN SHARE MODE"


def leaves(own: Sequence[Pointing], table: str, key: Key, dialect: sa.Dialect) -> tuple[str, str]:
    """Return the JOINs and the condition of rows `t` of a table (quoted) that no other row of it points to.

    Databases check RESTRICT, MySQL all foreign keys, row by row: what points to others goes before them (MySQL manual,
    "FOREIGN KEY Constraints").
    """
    names = [quoted(dialect, name) for name in key.columns]
    joins = []
    for number, foreign in enumerate(own):
        child = f"c{number}"
        itself = " AND ".join(f"{child}.{name} = t.{name}" for name in names)
        joins.append(f" LEFT JOIN {table} {child} ON {foreign.match(child, 't', dialect)} AND NOT ({itself})")
    alone = (f"c{number}.{quoted(dialect, foreign.columns[0])} IS NULL" for number, foreign in enumerate(own))
    return "".join(joins), " AND ".join(alone) or "1 = 1"


@contextmanager
def twin(connection: sa.Connection, key: Key) -> Iterator[str]:
    """Give a table with the keys of the staged rows; MySQL names a temporary table once in a statement only."""
    names = [quoted(connection.dialect, name) for name in key.columns]
    index = "" if connection.dialect.name == "sqlite" else f" (INDEX ({', '.join(names)}))"
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {TWIN}{index} AS SELECT {', '.join(names)} FROM {STAGE}")  # noqa: S608 - reflected names
    yield TWIN
    connection.exec_driver_sql(drop_temporary(connection.dialect, TWIN))


def _named(referred: Iterable[str | None], table: Table) -> tuple[str, ...]:
    primary = table.keys[0].columns if table.keys else ()
    return tuple(primary[place] if name is None else name for place, name in enumerate(referred))
