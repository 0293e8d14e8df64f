"""Which tables there are to look at, and about how many rows each has: quickly, also where there are millions."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.engine import is_mysql
from app.extensions import db
from app.services.browsing.rows import is_browsable
from app.services.browsing.time_limit import TooSlow, time_limit
from app.services.page_cache import cached
from app.services.paging import COUNTED, counted
from app.services.tables import TABLE, VIEW, comments_of

EXACTLY, ABOUT, MORE_THAN, NOT_COUNTED = "exactly", "about", "more than", ""
COUNTING_S = 1
# The rows are an estimate of InnoDB's (MySQL manual, "The INFORMATION_SCHEMA TABLES Table").
MYSQL_TABLES = (
    "SELECT table_name, table_comment, table_rows FROM information_schema.tables WHERE table_schema = DATABASE()"
)


@dataclass(frozen=True)
class TableEntry:
    """A table or view. `rows` is None where they are not counted; `precision` says how to take the number."""

    name: str
    kind: str
    rows: int | None
    precision: str
    comment: str


def tables_for_browsing() -> list[TableEntry]:
    """Return the tables by name, then the views, without the project's own records."""
    with db.engine.connect() as connection:
        inspector = sa.inspect(connection)
        names = sorted(filter(is_browsable, inspector.get_table_names()))
        facts = _facts(connection, names)
        tables = [_entry(connection, name, *facts[name]) for name in names]
        views = sorted(filter(is_browsable, inspector.get_view_names()))
        return tables + [TableEntry(name, VIEW, None, NOT_COUNTED, "") for name in views]


def _facts(connection: sa.Connection, names: list[str]) -> dict[str, tuple[str, int]]:
    """Return the comment of each table, and how many rows its database supposes it has; 0 where it does not say."""
    if not is_mysql(connection.engine.url):
        return {name: (comment, 0) for name, comment in comments_of(connection, names).items()}
    known = {name: (comment or "", rows or 0) for name, comment, rows in connection.execute(sa.text(MYSQL_TABLES))}
    return {name: known.get(name, ("", 0)) for name in names}


def _entry(connection: sa.Connection, name: str, comment: str, supposed: int) -> TableEntry:
    if supposed > COUNTED:
        return TableEntry(name, TABLE, supposed, ABOUT, comment)
    rows, precision = cached(f"listed rows of {name}", [name], lambda: _count(connection, name))
    return TableEntry(name, TABLE, rows, precision, comment)


def _count(connection: sa.Connection, name: str) -> tuple[int | None, str]:
    """Return how many rows a table has now, and how to take the number."""
    connection.rollback()  # what was read before may have been a snapshot of before a change: see `cached`
    query = sa.select(sa.literal(1)).select_from(sa.table(sa.quoted_name(name, True)))
    try:
        with time_limit(connection, COUNTING_S):
            rows = counted(connection, query)
    except TooSlow:
        return None, NOT_COUNTED
    return min(rows, COUNTED), EXACTLY if rows <= COUNTED else MORE_THAN
