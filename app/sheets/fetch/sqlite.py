"""SQLite, which says nothing of the columns of a query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from app.sheets.fetch.result import BATCH, Result


def fetch(connection: sa.Connection, query: str) -> Result:
    """Return the rows of a query as they are stored."""
    driver: Any = connection.connection.driver_connection
    cursor = driver.execute(query)
    names = tuple(about[0] for about in cursor.description or ())

    def batches() -> Iterator[Sequence[Sequence[Any]]]:
        try:
            while rows := cursor.fetchmany(BATCH):
                yield rows
        finally:
            cursor.close()

    return Result(names, (None,) * len(names), batches())
