"""The defaults of columns as SQL."""

from __future__ import annotations

import sqlalchemy as sa

# MariaDB documentation, "Information Schema COLUMNS Table": an expression as SQL, NULL too. MySQL has plain text here.
MARIADB_DEFAULTS = (
    "SELECT column_name, column_default FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name = :table AND column_default <> 'NULL'"
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
