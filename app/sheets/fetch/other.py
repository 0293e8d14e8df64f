"""Any other database, by SQLAlchemy."""

from __future__ import annotations

import sqlalchemy as sa

from app.sheets.fetch.result import BATCH, Result


def fetch(connection: sa.Connection, query: str) -> Result:
    """Return the rows of a query as its driver gives them."""
    rows = connection.execution_options(stream_results=True).execute(sa.text(query.replace(":", r"\:")))
    names = tuple(rows.keys())
    return Result(names, (None,) * len(names), rows.partitions(BATCH))
