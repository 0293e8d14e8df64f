"""The items that runs left out because of an error."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from app.models import RunFailure
from app.services.transactions import reading


def counts(run_ids: Iterable[int]) -> dict[int, int]:
    """Return how many items each of these runs left out; none of those that left out nothing."""
    query = select(RunFailure.run_id, func.count()).where(RunFailure.run_id.in_(list(run_ids)))
    with reading() as session:
        rows = session.execute(query.group_by(RunFailure.run_id)).all()
    return {run_id: count for run_id, count in rows}  # noqa: C416 - rows are no pairs to mypy
