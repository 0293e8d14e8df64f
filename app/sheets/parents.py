"""What foreign keys allow in a column: the values that the parent's column has now."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.sheets.names import plain
from app.sheets.table import Table
from app.sheets.target import any_types

MOST_VALUES = 10_000  # in a list that people are to choose from
# Of the kinds of column that people fill by choosing: what they choose is what is stored.
LISTED = frozenset({"text", "integer"})


@dataclass(frozen=True)
class Parent:
    """Where a column takes its values from, as `customers.id`, and these; None where they are too many for a list."""

    name: str
    values: tuple[str | int, ...] | None


def parents_of(connection: sa.Connection, table: Table) -> dict[str, Parent]:
    """Return the parent of each column that alone is a foreign key within the database."""
    with any_types():
        foreign_keys = sa.inspect(connection).get_foreign_keys(table.name)
    found = {}
    for foreign in foreign_keys:
        if len(foreign["constrained_columns"]) == 1 and foreign["referred_columns"] and not foreign["referred_schema"]:
            column = table.column(plain(foreign["constrained_columns"][0], connection.dialect))
            there = plain(foreign["referred_columns"][0], connection.dialect)
            if column.kind in LISTED:
                values = _values(connection, foreign["referred_table"], there)
                found[column.name] = Parent(f"{foreign['referred_table']}.{there}", values)
    return found


def _values(connection: sa.Connection, table: str, column: str) -> tuple[str | int, ...] | None:
    value: sa.ColumnClause[str | int] = sa.column(sa.quoted_name(column, quote=True))
    parent = sa.table(sa.quoted_name(table, quote=True))
    query = sa.select(value).select_from(parent).where(value.is_not(None)).distinct().order_by(value)
    values = tuple(connection.scalars(query.limit(MOST_VALUES + 1)))
    return values if len(values) <= MOST_VALUES else None
