"""A look at a table's rows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.extensions import db
from app.services.masking import masked
from app.services.tables import describe


def first_rows(name: str, limit: int) -> list[dict[str, Any]]:
    """Return up to `limit` rows of a table or view by column name, in the order of its first key; secrets are masked.

    Raises:
        NotFound: there is no such table.
    """
    described = describe(name)
    columns: list[sa.ColumnClause[Any]] = [
        sa.column(sa.quoted_name(column.name, quote=True)) for column in described.columns
    ]
    keys = [column for column, about in zip(columns, described.columns, strict=True) if about.keys]
    query = sa.select(*columns).select_from(sa.table(sa.quoted_name(name, quote=True))).order_by(*keys).limit(limit)
    with db.engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    return [{column: masked(value, column) for column, value in row.items()} for row in rows]
