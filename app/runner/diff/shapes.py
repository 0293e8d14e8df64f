"""What a comparison must know of the tables: their columns and keys, and which of them a write may reach.

Read from the database's own catalogue, not from models: any table may be written by raw SQL. (MySQL manual,
"INFORMATION_SCHEMA Tables"; SQLite documentation, "PRAGMA Statements", "The Schema Table".)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from app.runner.sql.counting import UNKNOWN
from app.runner.sql.statements import MYSQL_NAMES

Row = tuple[Any, ...]

_MYSQL = {
    "tables": "SELECT table_name, table_type = 'VIEW' FROM information_schema.tables"
    " WHERE table_schema = DATABASE() AND table_type <> 'SEQUENCE'",
    "columns": "SELECT column_name, data_type, 0 FROM information_schema.columns"
    " WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :table ORDER BY ordinal_position",
    "key": "SELECT column_name FROM information_schema.key_column_usage WHERE constraint_name = 'PRIMARY'"
    " AND table_schema = COALESCE(:schema, DATABASE()) AND table_name = :table ORDER BY ordinal_position",
    "foreign_keys": "SELECT table_name, referenced_table_name, delete_rule, update_rule"
    " FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()",
    "triggers": "SELECT DISTINCT event_object_table FROM information_schema.triggers"
    " WHERE event_object_schema = DATABASE()",
}
_SQLITE = {
    "tables": "SELECT name, type = 'view' FROM sqlite_master WHERE type IN ('table', 'view')"
    " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    # Keys may be NULL in SQLite, but for the number of a row (SQLite documentation, "CREATE TABLE", 3.5).
    "columns": """SELECT name, '', pk > 0 AND NOT "notnull" AND NOT (upper(type) = 'INTEGER' AND 1 ="""
    " (SELECT max(pk) FROM pragma_table_info(:table))) FROM pragma_table_xinfo(:table) WHERE hidden <> 1",
    "key": "SELECT name FROM pragma_table_info(:table) WHERE pk > 0 ORDER BY pk",
    "foreign_keys": """SELECT m.name, f."table", f.on_delete, f.on_update"""
    " FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
    "triggers": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'",
}
_STAYS = ("NO ACTION", "RESTRICT")
# Types of MySQL in whose order a key cannot be gone through by its values: ENUM and SET sort by their numbers and
# compare as text, a FLOAT's text is not its value (MySQL manual, "The ENUM Type", "Problems with Floating-Point
# Values").
_OUT_OF_ORDER = frozenset(["enum", "set", "float", "bit"])


@dataclass(frozen=True)
class Shape:
    """A table to compare.

    Attributes:
        name: as it is reported; `schema.table` outside of the connection's own schema.
        columns: the names of all, in order.
        key: the places of the primary key's columns among them; empty if there is none to go by.
        null_keys: a column of the key may be NULL, as in SQLite.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[int, ...]
    null_keys: bool

    @cached_property
    def table(self) -> sa.TableClause:
        """Return the table for queries; its columns have no types, so that values come as the driver has them."""
        schema, _, table = self.name.rpartition(".")
        return sa.table(table, *map(sa.column, self.columns), schema=schema or None)

    def key_of(self, row: Row) -> Row:
        """Return the values of the key of a row."""
        return tuple(row[place] for place in self.key)


def _catalogue(connection: sa.Connection, what: str, **values: Any) -> Sequence[Row]:
    queries = _MYSQL if connection.dialect.name in MYSQL_NAMES else _SQLITE
    return [tuple(row) for row in connection.execute(sa.text(queries[what]), values)]


def shape_of(connection: sa.Connection, name: str) -> Shape:
    """Return the shape of a table that exists."""
    schema, _, table = name.rpartition(".")
    where: dict[str, Any] = {"table": table}
    if connection.dialect.name in MYSQL_NAMES:
        where["schema"] = schema or None
    columns = _catalogue(connection, "columns", **where)
    names = tuple(column[0] for column in columns)
    types = {column[0]: str(column[1]).lower() for column in columns}
    key = [row[0] for row in _catalogue(connection, "key", **where)]
    if any(types[column] in _OUT_OF_ORDER for column in key):
        key = []
    return Shape(name, names, tuple(map(names.index, key)), any(column[2] for column in columns))


def reached(connection: sa.Connection, written: set[str], never_by_the_way: frozenset[str]) -> list[str]:
    """Return the tables whose rows may have changed when these were written, sorted by name.

    Beside themselves: those whose foreign keys cascade or are set to NULL, and all if a trigger may have run, or if one
    of the names is a view or unknown. Tables that do not exist are left out: they were temporary.

    Args:
        connection: one that sees the tables.
        written: names as `RowCounter.tables` has them.
        never_by_the_way: tables that count only if they are among those written.
    """
    views: dict[str, bool] = {name: bool(is_view) for name, is_view in _catalogue(connection, "tables")}
    tables = {name for name, is_view in views.items() if not is_view}
    found = _with_cascades(connection, {name for name in written if name in tables or "." in name})
    triggers = {row[0] for row in _catalogue(connection, "triggers")}
    if UNKNOWN in written or any(views.get(name) for name in written) or found & triggers:
        found |= tables - never_by_the_way
    return sorted(found)


def _with_cascades(connection: sa.Connection, tables: set[str]) -> set[str]:
    cascades = [(child, parent) for child, parent, *rules in _catalogue(connection, "foreign_keys") if _moves(rules)]
    found = set(tables)
    while more := {child for child, parent in cascades if parent in found} - found:
        found |= more
    return found


def _moves(rules: Sequence[Any]) -> bool:
    return any(str(rule).upper() not in _STAYS for rule in rules)
