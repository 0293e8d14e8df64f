"""What the database puts into columns by itself: their defaults, as SQL, and the time of an update."""

from __future__ import annotations

import sqlalchemy as sa

from app.engine import is_mysql

# MariaDB documentation, "Information Schema COLUMNS Table": an expression as SQL, NULL too. MySQL has plain text here.
MARIADB_DEFAULTS = (
    "SELECT column_name, column_default FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name = :table AND column_default <> 'NULL'"
)
# MySQL manual, "The INFORMATION_SCHEMA COLUMNS Table". SQLAlchemy tells of some of them, within the default.
MYSQL_TOUCHED = (
    "SELECT column_name FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name = :table AND extra LIKE '%on update%'"
)


def declared_defaults(connection: sa.Connection, table: str) -> dict[str, str]:
    """Return the default of each column that has one, by its name, where the database tells better than SQLAlchemy.

    SQLAlchemy does not know MariaDB's expressions: nextval(), concat() and others. MariaDB tells nothing of a
    temporary table.
    """
    if not getattr(connection.dialect, "is_mariadb", False):
        return {}
    rows = connection.execute(sa.text(MARIADB_DEFAULTS), {"table": table})
    return {str(name): str(default) for name, default in rows}


def touched_columns(connection: sa.Connection, table: str) -> frozenset[str]:
    """Return the columns that the database sets whenever their row is updated."""
    if not is_mysql(connection.engine.url):
        return frozenset()
    return frozenset(map(str, connection.scalars(sa.text(MYSQL_TOUCHED), {"table": table})))
