"""Whether what is written to a table can be taken back."""

from __future__ import annotations

import sqlalchemy as sa

from app.engine import is_mysql
from app.errors import Refused

# MySQL manual, "The INFORMATION_SCHEMA ENGINES Table".
ENGINE = (
    "SELECT t.engine, e.transactions FROM information_schema.tables t"
    " LEFT JOIN information_schema.engines e ON e.engine = t.engine"
    " WHERE t.table_schema = COALESCE(:schema, DATABASE()) AND t.table_name = :table"
)
# The tables without transactions that some trigger speaks of, where the table written has a trigger at all.
TRIGGERED = (
    "SELECT DISTINCT t.table_name FROM information_schema.tables t"
    " JOIN information_schema.engines e ON e.engine = t.engine AND e.transactions <> 'YES'"
    " JOIN information_schema.triggers g ON g.trigger_schema = t.table_schema"
    " AND LOCATE(t.table_name, g.action_statement) > 0"
    " WHERE t.table_schema = COALESCE(:schema, DATABASE()) AND EXISTS (SELECT 1 FROM information_schema.triggers h"
    " WHERE h.event_object_schema = t.table_schema AND h.event_object_table = :table)"
)


def check_transactional(connection: sa.Connection, table: str, schema: str | None = None) -> None:
    """Raise Refused for a table of MySQL whose engine has no transactions: MyISAM, Aria, MEMORY and more.

    A failed import into it, and a dry run, would leave their rows behind. Temporary tables, views and tables that do
    not exist pass.
    """
    if not is_mysql(connection.engine.url):
        return
    found = connection.execute(sa.text(ENGINE), {"table": table, "schema": schema}).one_or_none()
    if found is None or found.engine is None or found.transactions == "YES":
        return
    engine = str(found.engine)
    article = "an" if engine[:1] in "AEIOU" else "a"
    name = connection.dialect.identifier_preparer.quote(table)
    raise Refused(
        f'"{table}" is {article} {engine} table: what is written to it cannot be taken back.',
        f"ALTER TABLE {name} ENGINE=InnoDB",
    )


def check_triggers(connection: sa.Connection, table: str, schema: str | None = None) -> None:
    """Raise Refused for a table of MySQL whose triggers may write to a table whose engine has no transactions."""
    if not is_mysql(connection.engine.url):
        return
    for reached in connection.scalars(sa.text(TRIGGERED), {"table": table, "schema": schema}).all():
        raise Refused(
            f'"{table}" has triggers, and may write to "{reached}" by them: that cannot be taken back.',
            f"ALTER TABLE {connection.dialect.identifier_preparer.quote(reached)} ENGINE=InnoDB",
        )
