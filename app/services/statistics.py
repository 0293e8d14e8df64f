"""Figures of the ledger for charts: each one query, the oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from app.models import Run
from app.models.base import utc_now
from app.services.page_cache import cached
from app.services.runs import Filter, matching
from app.services.transactions import reading

SUCCEEDED = ("succeeded",)
FAILED = ("failed", "lost")
ENDED = ("succeeded", "failed", "cancelled")  # a paused one has a time of its end as well
BROUGHT = ("inserted", "updated")


@dataclass(frozen=True)
class DayCount:
    """How many runs were started on a day, in UTC: those that succeeded, that failed or were lost, and all others."""

    day: date
    succeeded: int = 0
    failed: int = 0
    other: int = 0


@dataclass(frozen=True)
class ImportedRows:
    """How many rows an import inserted and updated in a table."""

    run_id: int
    table: str
    rows: int
    started_at: datetime


@dataclass(frozen=True)
class Duration:
    """How long a run took, in seconds from its first start to its end."""

    run_id: int
    seconds: float
    state: str
    started_at: datetime


def runs_per_day(days: int = 30) -> list[DayCount]:
    """Return a count for each of the last days, today the last, those without runs too."""
    today = utc_now().date()
    wanted = [today - timedelta(days=ago) for ago in reversed(range(days))]
    day = func.date(Run.started_at)
    query = select(day, Run.state, func.count()).group_by(day, Run.state)
    query = query.where(Run.started_at >= datetime.combine(wanted[0], time(), UTC))
    rows = _kept(f"runs per day since {wanted[0]}", query)
    counts = {(on, state): count for on, state, count in rows}
    return [_day_count(one, counts) for one in wanted]


def rows_per_import(limit: int = 30) -> list[ImportedRows]:
    """Return what the last imports brought that succeeded; a dry run brought nothing."""
    imports = matching(Filter(kind="import", state="succeeded", dry_run=False))
    query = imports.with_only_columns(Run.id, Run.rows, Run.started_at).order_by(Run.id.desc()).limit(limit)
    found = _kept(f"rows of {limit} imports", query)
    return [
        ImportedRows(run_id, table, sum(counts.get(what, 0) for what in BROUGHT), datetime.fromisoformat(started_at))
        for run_id, tables, started_at in reversed(found)
        for table, counts in tables.items()
    ]


def durations_of_script(script_id: str, limit: int = 30) -> list[Duration]:
    """Return how long the last runs of a script took that have ended; dry runs do not count."""
    of_script = matching(Filter(script_id=script_id, dry_run=False))
    ended = of_script.where(Run.state.in_(ENDED), Run.finished_at.is_not(None))
    query = ended.with_only_columns(Run.id, Run.started_at, Run.finished_at, Run.state)
    found = _kept(f"durations of {limit} runs of {script_id}", query.order_by(Run.id.desc()).limit(limit))
    return [_duration(*row) for row in reversed(found)]


def _kept(name: str, query: Select[*tuple[Any, ...]]) -> list[list[Any]]:
    """Return the rows of a query of runs, as they are or were before anything of a run changed; moments in ISO 8601."""

    def read() -> list[list[Any]]:
        with reading() as session:
            return [[_plain(value) for value in row] for row in session.execute(query)]

    rows: list[list[Any]] = cached(name, ["runs"], read)
    return rows


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _duration(run_id: int, started_at: str, finished_at: str, state: str) -> Duration:
    began, ended = datetime.fromisoformat(started_at), datetime.fromisoformat(finished_at)
    return Duration(run_id, (ended - began).total_seconds(), state, began)


def _day_count(day: date, counts: dict[tuple[str, str], int]) -> DayCount:
    of_day = {state: count for (on, state), count in counts.items() if on == day.isoformat()}
    succeeded, failed = (sum(of_day.get(state, 0) for state in states) for states in (SUCCEEDED, FAILED))
    return DayCount(day, succeeded, failed, sum(of_day.values()) - succeeded - failed)
