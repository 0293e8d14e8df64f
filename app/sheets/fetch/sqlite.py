"""SQLite, which says nothing of the columns of a query."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import sqlalchemy as sa

from app.sheets.fetch.result import BATCH, Result


@contextmanager
def fetch(connection: sa.Connection, query: str) -> Iterator[Result]:
    """Give the rows of a query as they are stored."""
    driver: Any = connection.connection.driver_connection
    with closing(driver.execute(query)) as cursor:
        names = tuple(about[0] for about in cursor.description or ())
        yield Result(names, (None,) * len(names), iter(lambda: cursor.fetchmany(BATCH), []))
