"""Look runs up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Select, String, cast, literal, select

from app.errors import NotFound
from app.extensions import db
from app.models import Run, RunFailure, RunMove
from app.runner import cursor
from app.services.paging import PER_PAGE, Page, paged
from app.services.runs.channel import channel_of
from app.services.runs.folders import folder_of
from app.services.runs.settling import try_to_settle
from app.services.transactions import reading


@dataclass(frozen=True)
class Filter:
    """Which runs: all that fit.

    `name` and `operator` may stand anywhere in theirs; `since` and `until`, which is no longer in it, are aware.
    """

    kind: str | None = None
    name: str | None = None
    state: str | None = None
    operator: str | None = None
    since: datetime | None = None
    lock_name: str | None = None
    script_id: str | None = None
    dry_run: bool | None = None
    until: datetime | None = None


ALL = Filter()
# Of a filter, what the column must be, and what must stand in it.
EQUAL = ("kind", "state", "lock_name", "script_id", "dry_run")
CONTAINED = ("name", "operator")
# What is compared byte by byte as well: MariaDB takes names that differ in case only for the same.
EXACT = ("lock_name", "script_id")


def newest(limit: int, wanted: Filter = ALL) -> list[Run]:
    """Return the last `limit` runs that fit, the newest first; those whose process died are lost by now."""
    try_to_settle()
    with reading() as session:
        return [_fresh(run) for run in session.scalars(matching(wanted).order_by(Run.id.desc()).limit(limit))]


def page(wanted: Filter = ALL, number: int = 1, per_page: int = PER_PAGE) -> Page[Run]:
    """Return a page of the runs that fit, the newest first; see `paged` for its errors."""
    try_to_settle()
    with reading() as session:
        found = paged(session, matching(wanted).order_by(Run.id.desc()), number, per_page)
        return found.mapped(lambda row: _fresh(row[0]))


def matching(wanted: Filter) -> Select[Run]:
    """Return the query for the runs that fit, in no order yet."""
    query = select(Run)
    for name in EQUAL:
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(getattr(Run, name) == value)
        if value is not None and name in EXACT:
            query = query.where(cast(getattr(Run, name), LargeBinary) == cast(literal(value, String), LargeBinary))
    for name in CONTAINED:
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(getattr(Run, name).contains(value, autoescape=True))
    if wanted.since is not None:
        query = query.where(Run.started_at >= wanted.since)
    return query if wanted.until is None else query.where(Run.started_at < wanted.until)


def get(run_id: int) -> Run:
    """Return one run.

    Raises:
        NotFound: there is none with this id.
    """
    try_to_settle()
    with reading() as session:
        run = session.get(Run, run_id)
        if run is None:
            raise NotFound(f"There is no run {run_id}.", "See them with: flask runs list")
        return _fresh(run)


def moves_of(run_id: int) -> list[RunMove]:
    """Return the moves of a run, the first one first; none if it is from before the chain."""
    with reading() as session:
        return list(session.scalars(select(RunMove).where(RunMove.run_id == run_id).order_by(RunMove.id)))


def failures_of(run_id: int, limit: int | None = None) -> list[tuple[str, str]]:
    """Return the keys of the items that a run left out, and why; the first `limit` of them."""
    query = _failures_of(run_id).limit(limit)
    with reading() as session:
        return [_failure(row) for row in session.scalars(query)]


def failures_page(run_id: int, number: int = 1, per_page: int = PER_PAGE) -> Page[tuple[str, str]]:
    """Return a page of them; see `paged` for its errors."""
    with reading() as session:
        return paged(session, _failures_of(run_id), number, per_page).mapped(lambda row: _failure(row[0]))


def _failures_of(run_id: int) -> Select[RunFailure]:
    return select(RunFailure).where(RunFailure.run_id == run_id).order_by(RunFailure.id)


def _failure(row: RunFailure) -> tuple[str, str]:
    return cursor.shown(cursor.decode(row.key)), row.error


def as_dict(run: Run) -> dict[str, Any]:
    """Return every column of a run by its name; times in ISO 8601, UTC."""
    values = {column.name: getattr(run, column.name) for column in Run.__table__.columns}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def shown_state(run: Run) -> str:
    """Return a run's state for people: a dry run did nothing, and says so, also if it failed."""
    if not run.dry_run:
        return run.state
    return "dry run" if run.state == "succeeded" else f"{run.state} (dry run)"


def _fresh(run: Run) -> Run:
    """Return a run with what it says of itself beside its row, if it goes on."""
    if run.state == "running":
        channel = channel_of(db.engine, folder_of(run.id, run.token))
        beat = channel.last_beat()
        if beat is not None:
            run.heartbeat_at, run.progress_done, run.progress_total = beat.at, beat.done, beat.total
        run.stop_requested = channel.asked()
    return run
