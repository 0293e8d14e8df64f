"""The rows that an import changes as they were, kept for its undo: written in the transaction that changes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.models import BeforeImage, Run
from app.models.base import utc_now
from app.sheets.images import packed, unpacked
from app.sheets.table import Column

ROWS_AT_A_TIME = 2_000


def keep_images(
    connection: sa.Connection, run_id: int, change: str, columns: Sequence[Column], rows: sa.CursorResult[Any]
) -> None:
    """Keep rows as they are, before `change` is done to them; `rows` were selected by `app.sheets.images.spelled`."""
    blocks = [packed(block, columns, connection.dialect) for block in rows.partitions(ROWS_AT_A_TIME)]
    if not blocks:
        return
    last = connection.scalar(sa.select(sa.func.max(BeforeImage.number)).where(BeforeImage.run_id == run_id))
    first = 0 if last is None else last + 1
    names = [column.name for column in columns]
    for number, block in enumerate(blocks, first):
        connection.execute(
            sa.insert(BeforeImage),
            {"run_id": run_id, "number": number, "change": change, "columns": names, "rows": block},
        )


def images_of(connection: sa.Connection, run_id: int, change: str) -> Iterator[tuple[list[str], list[list[Any]]]]:
    """Yield the names of columns and the rows of each block that was kept of a run."""
    numbers = connection.scalars(
        sa.select(BeforeImage.number)
        .where(BeforeImage.run_id == run_id, BeforeImage.change == change)
        .order_by(BeforeImage.number)
    ).all()
    for number in numbers:
        block = connection.execute(
            sa.select(BeforeImage.columns, BeforeImage.rows).where(
                BeforeImage.run_id == run_id, BeforeImage.number == number
            )
        ).one()
        yield block.columns, unpacked(block.rows)


def drop_expired_images(connection: sa.Connection, kept_days: int) -> None:
    """Delete the images of runs that are older than that."""
    old = sa.select(Run.id).where(Run.started_at < utc_now() - timedelta(days=kept_days))
    connection.execute(sa.delete(BeforeImage).where(BeforeImage.run_id.in_(old)))
