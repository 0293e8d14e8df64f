"""The types of columns as the database itself spells them; SQLAlchemy's own spelling loses some and changes others."""

from __future__ import annotations

import sqlalchemy as sa

from app.engine import is_mysql

MYSQL_TYPES = (
    "SELECT column_name, column_type FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name = :table"
)
SQLITE_TYPES = "SELECT name, lower(type) FROM pragma_table_xinfo(:table)"


def declared_types(connection: sa.Connection, table: str) -> dict[str, str]:
    """Return the type of each column by its name; nothing where the database does not tell.

    MySQL tells nothing of a temporary table, SQLite tells "" of a column that was given no type.
    """
    if connection.dialect.name == "sqlite":
        query = SQLITE_TYPES
    elif is_mysql(connection.engine.url):
        query = MYSQL_TYPES
    else:
        return {}
    return {str(name): str(type_) for name, type_ in connection.execute(sa.text(query), {"table": table})}
