"""Whether what is written to a table can be taken back."""

from __future__ import annotations

import sqlalchemy as sa

from app.engine import is_mysql
from app.errors import Refused

# MySQL manual, "The INFORMATION_SCHEMA ENGINES Table".
ENGINE = (
    "SELECT t.engine, e.transactions FROM information_schema.tables t"
    " LEFT JOIN information_schema.engines e ON e.engine = t.engine"
    " WHERE t.table_schema = DATABASE() AND t.table_name = :table"
)


def check_transactional(connection: sa.Connection, table: str) -> None:
    """Raise Refused for a table of MySQL whose engine has no transactions: MyISAM, Aria, MEMORY and more.

    A failed import into it, and a dry run, would leave their rows behind.
    """
    if not is_mysql(connection.engine.url):
        return
    engine, transactions = map(str, connection.execute(sa.text(ENGINE), {"table": table}).one())
    if transactions != "YES":
        article = "an" if engine[:1] in "AEIOU" else "a"
        name = connection.dialect.identifier_preparer.quote(table)
        raise Refused(
            f'"{table}" is {article} {engine} table: what is written to it cannot be taken back.',
            f"ALTER TABLE {name} ENGINE=InnoDB",
        )
