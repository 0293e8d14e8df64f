"""Any other database, by SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from app.sheets.fetch.result import BATCH, Result


@contextmanager
def fetch(connection: sa.Connection, query: str) -> Iterator[Result]:
    """Give the rows of a query as its driver does."""
    with connection.execution_options(stream_results=True).execute(sa.text(query.replace(":", r"\:"))) as rows:
        names = tuple(rows.keys())
        yield Result(names, (None,) * len(names), rows.partitions(BATCH))
