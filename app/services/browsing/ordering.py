"""The order of a table's rows: by a column, and so that no two rows could change places from page to page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.errors import NotFound
from app.sheets.headers import did_you_mean
from app.sheets.table import Column, Table

# What is compared byte by byte where no key tells rows apart: collations take some different texts for the same.
TEXTS = frozenset({"text", "enum", "json"})


class NoSuchColumn(NotFound):
    """The table has no such column to sort by."""


def sorted_by(table: Table, columns: Sequence[Column], sort: str | None) -> str:
    """Return the column to sort by: the one asked for, or the first of the key, or the first that is shown.

    Raises:
        NoSuchColumn: none that is shown is called so.
    """
    names = [column.name for column in columns]
    if sort is not None and sort not in names:
        meant = did_you_mean(sort, {name: name for name in names})
        raise NoSuchColumn(f'{table.name} has no column "{sort}" to sort by{meant}.')
    first = next((name for name in _key(table) if name in names), names[0])
    return first if sort is None else sort


def ordered(
    table: Table, there: sa.TableClause, sort: str, descending: bool, dialect: sa.Dialect
) -> list[sa.ColumnElement[Any]]:
    """Return what to order by: a column, then the key, or, without one, all columns."""
    key = [there.c[name] for name in _key(table) if name != sort]
    rest = [there.c[sort], *key] if _key(table) else [there.c[sort], *_all(table, there, dialect)]
    return [expression.desc() if descending else expression.asc() for expression in rest]


def _key(table: Table) -> tuple[str, ...]:
    """Return the first key in which no two rows can be the same: that of a NULL is no key."""
    nullable = {column.name for column in table.columns if column.nullable}
    keys = (key.columns for key in table.keys if key.name == "PRIMARY" or nullable.isdisjoint(key.columns))
    return next(keys, ())


def _all(table: Table, there: sa.TableClause, dialect: sa.Dialect) -> list[sa.ColumnElement[Any]]:
    return [
        _exactly(there.c[column.name], dialect) if column.kind in TEXTS else there.c[column.name]
        for column in table.columns
    ]


def _exactly(there: sa.ColumnElement[Any], dialect: sa.Dialect) -> sa.ColumnElement[Any]:
    if dialect.name == "sqlite":
        return sa.type_coerce(there, sa.String).collate("BINARY")
    return sa.cast(there, sa.LargeBinary)
