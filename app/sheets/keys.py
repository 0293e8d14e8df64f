"""The unique keys of a table: those that compare whole values, of all rows."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from app.engine import is_mysql
from app.sheets.names import plain
from app.sheets.table import Key

# Indexes over the beginnings of texts: UNIQUE (a(3)) (MySQL manual, "The INFORMATION_SCHEMA STATISTICS Table").
MYSQL_PREFIXES = (
    "SELECT DISTINCT index_name FROM information_schema.statistics"
    " WHERE table_schema = DATABASE() AND table_name = :table AND sub_part IS NOT NULL"
)
# SQLite documentation, "PRAGMA index_list" and "PRAGMA index_info": the name of an expression is NULL.
SQLITE_INDEXES = "SELECT name FROM pragma_index_list(:table) WHERE \"unique\" AND NOT partial AND origin <> 'pk'"
SQLITE_COLUMNS = "SELECT name FROM pragma_index_info(:index) ORDER BY seqno"
# SQLite documentation, "PRAGMA index_xinfo".
SQLITE_COLLATIONS = (
    "SELECT x.name, x.coll FROM pragma_index_list(:table) l JOIN pragma_index_xinfo(l.name) x"
    " WHERE l.\"unique\" AND NOT l.partial AND x.key AND x.name IS NOT NULL AND x.coll <> 'BINARY'"
)


def unique_keys(connection: sa.Connection, table: sa.Table) -> tuple[Key, ...]:
    """Return the unique keys of a reflected table, the primary key first, the others by name; none twice."""
    primary = Key("PRIMARY", tuple(plain(column.name, connection.dialect) for column in table.primary_key.columns))
    find = _of_sqlite if connection.dialect.name == "sqlite" else _reflected
    keys = [primary, *sorted(find(connection, table), key=lambda key: key.name)]
    partial = _over_prefixes(connection, table.name)
    first: dict[tuple[str, ...], Key] = {}
    for key in keys:
        if key.columns and key.name not in partial:
            first.setdefault(key.columns, key)
    return tuple(first.values())


def _reflected(connection: sa.Connection, table: sa.Table) -> Iterator[Key]:
    unique: list[sa.UniqueConstraint | sa.Index] = [
        item for item in table.constraints if isinstance(item, sa.UniqueConstraint)
    ]
    unique += [index for index in table.indexes if index.unique and len(index.columns) == len(index.expressions)]
    for item in unique:
        names = tuple(plain(column.name, connection.dialect) for column in item.columns)
        yield Key(plain(str(item.name or "unique"), connection.dialect), names)


def _of_sqlite(connection: sa.Connection, table: sa.Table) -> Iterator[Key]:
    """Yield the keys that SQLite itself lists; SQLAlchemy reads them from the text of CREATE TABLE, and misses some."""
    named = {key.columns: key.name for key in _reflected(connection, table) if key.name != "unique"}
    for index in connection.scalars(sa.text(SQLITE_INDEXES), {"table": table.name}).all():
        columns = tuple(connection.scalars(sa.text(SQLITE_COLUMNS), {"index": index}))
        if None in columns:
            continue
        if index.startswith("sqlite_autoindex_"):
            yield Key(named.get(columns, f"unique ({', '.join(columns)})"), columns)
        else:
            yield Key(index, columns)


def key_collations(connection: sa.Connection, table: str) -> dict[str, str]:
    """Return the collations of columns that SQLite does not compare byte by byte in unique keys, by their names."""
    if connection.dialect.name != "sqlite":
        return {}
    return {str(name): str(own) for name, own in connection.execute(sa.text(SQLITE_COLLATIONS), {"table": table})}


def _over_prefixes(connection: sa.Connection, table: str) -> frozenset[str]:
    if not is_mysql(connection.engine.url):
        return frozenset()
    return frozenset(connection.scalars(sa.text(MYSQL_PREFIXES), {"table": table}))
