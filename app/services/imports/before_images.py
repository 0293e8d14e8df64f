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
MOST_BYTES = 1 << 20  # of a block of several rows: a statement must not exceed the server's max_allowed_packet


def keep_images(
    connection: sa.Connection, run_id: int, change: str, columns: Sequence[Column], rows: sa.CursorResult[Any]
) -> None:
    """Keep rows as they are, before `change` is done to them; `rows` were selected by `app.sheets.images.spelled`."""
    blocks = [block for part in rows.partitions(ROWS_AT_A_TIME) for block in _packed(part, columns, connection.dialect)]
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


def _packed(rows: Sequence[Sequence[Any]], columns: Sequence[Column], dialect: sa.Dialect) -> Iterator[bytes]:
    """Yield rows in blocks, smaller ones where they are too large together."""
    block = packed(rows, columns, dialect)
    if len(block) <= MOST_BYTES or len(rows) == 1:
        yield block
        return
    half = len(rows) // 2
    yield from _packed(rows[:half], columns, dialect)
    yield from _packed(rows[half:], columns, dialect)


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
    """Delete the images of runs that are older than that.

    Each goes by its whole key: any other DELETE would lock, and wait for, what other imports write.
    """
    old = (
        sa.select(BeforeImage.run_id, BeforeImage.number)
        .join(Run, Run.id == BeforeImage.run_id)
        .where(Run.started_at < utc_now() - timedelta(days=kept_days))
    )
    for run_id, number in connection.execute(old).all():
        connection.execute(sa.delete(BeforeImage).where(BeforeImage.run_id == run_id, BeforeImage.number == number))
