"""Whether a table is small enough to be written while somebody waits."""

from __future__ import annotations

import sqlalchemy as sa

from app.errors import Refused
from app.extensions import db
from app.services.browsing.time_limit import TooSlow, time_limit
from app.services.tables import table_or_view

COUNTING_S = 5


def check_size(table: str, most: int) -> None:
    """Raise Refused for a table or view of more than `most` rows, or one whose rows take too long to count.

    Raises:
        NotFound: there is no such table.
    """
    with db.engine.connect() as connection:
        table_or_view(connection, table)
        there = sa.table(sa.quoted_name(table, True))
        ones = sa.select(sa.literal(1)).select_from(there).limit(most + 1).subquery()
        try:
            with time_limit(connection, COUNTING_S):
                rows = connection.scalar(sa.select(sa.func.count()).select_from(ones)) or 0
        except TooSlow:
            rows = most + 1
    if rows > most:
        raise Refused(
            f'"{table}" has more than {most:,} rows, which is too much to wait for here.',
            f"Write it with: flask export-excel {table} FILE.xlsx",
        )
