"""Read a whole table of the ledger, a piece at a time, whatever somebody has written into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Run, RunMove

AT_ONCE = 1000
# What a value raises that is none of its column's: a state or a time that there is not, broken JSON.
UNREADABLE = (LookupError, ValueError, TypeError, AttributeError)

Row = TypeVar("Row", Run, RunMove)


def every(session: Session, model: type[Row]) -> Iterator[tuple[int, Row | None]]:
    """Yield id and row of all rows, by id; None for a row that cannot be read. Whoever takes a row must not keep it."""
    ids = session.scalars(select(model.id).order_by(model.id)).all()
    for start in range(0, len(ids), AT_ONCE):
        yield from _piece(session, model, ids[start : start + AT_ONCE])
        session.expunge_all()


def _piece(session: Session, model: type[Row], ids: Sequence[int]) -> list[tuple[int, Row | None]]:
    try:
        found = session.scalars(select(model).where(model.id.between(ids[0], ids[-1])).order_by(model.id))
        return [(row.id, row) for row in found]
    except UNREADABLE:
        return [(number, _one(session, model, number)) for number in ids]


def _one(session: Session, model: type[Row], number: int) -> Row | None:
    try:
        return session.get(model, number)
    except UNREADABLE:
        return None
