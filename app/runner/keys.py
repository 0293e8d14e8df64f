"""By which columns a query is gone through: no two rows may have the same values in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, UniqueConstraint, inspect, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.errors import Failed


def key_columns(query: Select[Any], key: Any) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of a query's key: those given, or the primary key of what it selects.

    Raises:
        Failed: two rows may have the same key, or the query says itself in which order, or how many.
    """
    if query._limit_clause is not None or query._offset_clause is not None or query._order_by_clauses:
        raise Failed(
            "The query of batches has ORDER BY, LIMIT or OFFSET; batches goes by the key.",
            "Leave these out; say size= and key=.",
        )
    if query._distinct or query._group_by_clauses or query._having_criteria:
        raise Failed(
            "The query of batches has DISTINCT, GROUP BY or HAVING; a page of it would be another result.",
            "Wrap it: found = query.subquery(), then batches(select(found), key=found.c.…).",
        )
    given = key if isinstance(key, tuple) else (key,) if key is not None else _primary_key(query)
    columns = tuple(given)
    tables = {column.table for column in map(_plain, columns) if isinstance(column, Column)}
    if len(tables) == 1 and all(isinstance(_plain(column), Column) for column in columns):
        _check_key(tables.pop(), [_plain(column).name for column in columns])
    return columns


def check_order(session: Session, columns: Sequence[ColumnElement[Any]]) -> None:
    """Refuse columns that the database sorts in one way and compares in another (MySQL manual, "The ENUM Type").

    Raises:
        Failed: there is one.
    """
    connection = session.connection()
    if connection.dialect.name not in ("mysql", "mariadb"):
        return
    for column in map(_plain, columns):
        if isinstance(column, Column) and isinstance(column.table, Table):
            found = connection.execute(TYPE, {"table": column.table.name, "column": column.name}).scalar()
            if found in UNORDERED:
                raise Failed(
                    f"The key {column.name} is {str(found).upper()}, which sorts by number and compares by text.",
                    "Leave it out of the key.",
                )


UNORDERED = ("enum", "set", "bit")
TYPE = text(
    "SELECT data_type FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name = :table AND column_name = :column"
)


def _primary_key(query: Select[Any]) -> tuple[ColumnElement[Any], ...]:
    sources = query.get_final_froms()
    keys = tuple(sources[0].primary_key) if len(sources) == 1 and isinstance(sources[0], Table) else ()
    entity = query.column_descriptions[0].get("entity")
    if not keys:
        raise Failed("batches needs a unique key here.", "Say key=Order.order_no, or a tuple of columns.")
    return tuple(getattr(entity, _attribute(entity, column)) for column in keys) if entity is not None else keys


def _attribute(entity: Any, column: Any) -> str:
    return str(inspect(entity).get_property_by_column(column).key)


def _plain(column: Any) -> Any:
    """Return the table's column behind a mapped attribute."""
    return column.property.columns[0] if isinstance(column, InstrumentedAttribute) else column


def _check_key(table: Any, names: list[str]) -> None:
    """Refuse columns that two rows may share: what stands on both sides of a page's end would be passed over."""
    if not isinstance(table, Table):
        return
    unique = [list(table.primary_key.columns.keys())]
    unique += [c.columns.keys() for c in table.constraints if isinstance(c, UniqueConstraint)]
    unique += [index.columns.keys() for index in table.indexes if index.unique]
    if not any(keys and set(keys) <= set(names) for keys in unique):
        rest = ", ".join(table.primary_key.columns.keys())
        raise Failed(
            f"The key {', '.join(names)} of {table.name} is not unique; rows would be passed over.",
            f"Add the primary key to it: {rest}." if rest else "Take a unique key.",
        )
