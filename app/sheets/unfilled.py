"""The columns that an import did not fill: what a row that it inserted has there, unless it was changed since."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from app.sheets.equality import constant_default
from app.sheets.load.statements import quoted
from app.sheets.table import Column, Table

MYSQL_TRIGGERS = (
    "SELECT COUNT(*) FROM information_schema.triggers"
    " WHERE event_object_schema = DATABASE() AND event_object_table = :table"
)
SQLITE_TRIGGERS = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(:table)"


def untouched(connection: sa.Connection, table: Table, filled: Collection[str]) -> str:
    """Return the SQL that tells whether row `t` has NULLs and constant defaults where `filled` does not name a column.

    Nobody knows what triggers put there, so of a table with some nothing is asked; nor of what the database chooses.
    """
    dialect = connection.dialect
    query = sa.text(SQLITE_TRIGGERS if dialect.name == "sqlite" else MYSQL_TRIGGERS)
    if connection.scalar(query, {"table": table.name}):
        return "1 = 1"
    conditions = (_untouched(dialect, column) for column in table.columns if column.name not in filled)
    return " AND ".join(filter(None, conditions)) or "1 = 1"


def _untouched(dialect: sa.Dialect, column: Column) -> str:
    name = f"t.{quoted(dialect, column.name)}"
    if column.is_automatic or column.is_touched or column.kind == "float" or column.is_floating:
        return ""
    if column.default is None:
        return f"{name} IS NULL" if column.nullable else ""
    default = constant_default(dialect, column)
    return f"{name} {'IS' if dialect.name == 'sqlite' else '<=>'} {default}" if default else ""
