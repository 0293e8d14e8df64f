"""Figures of the ledger for charts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from app.models import Run
from app.models.base import utc_now
from app.services import statistics
from app.services.statistics import DayCount, Duration, ImportedRows
from app.services.transactions import writing

NOW = utc_now()
MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)


def put(started_at: datetime = NOW, state: str = "succeeded", **values: Any) -> int:
    """Put a run into the ledger, and return its id."""
    row = {"kind": "script", "name": "count", "operator": "li@ops1", "host": "ops1", "pid": 1}
    empty: dict[str, Any] = {"arguments": {}, "options": {}, "artifacts": [], "rows": {}}
    with writing() as session:
        run = Run(**{**row, **empty, "started_at": started_at, "state": state, **values})
        session.add(run)
        session.flush()
        return run.id


def test_days_without_runs_are_zeros(app: Flask) -> None:
    found = statistics.runs_per_day(days=3)
    today = utc_now().date()
    assert found == [DayCount(today - timedelta(days=ago)) for ago in (2, 1, 0)]


def test_runs_are_counted_by_day_and_how_they_ended(app: Flask) -> None:
    for state in ("succeeded", "succeeded", "failed", "lost", "cancelled", "paused"):
        put(MIDNIGHT - timedelta(days=1), state)
    put(MIDNIGHT - timedelta(days=1, microseconds=1))
    put(MIDNIGHT - timedelta(microseconds=1), "queued")
    put(MIDNIGHT - timedelta(days=30))
    found = {count.day: count for count in statistics.runs_per_day(days=30)}
    yesterday = (MIDNIGHT - timedelta(days=1)).date()
    assert found[yesterday] == DayCount(yesterday, succeeded=2, failed=2, other=3)
    assert found[yesterday - timedelta(days=1)].succeeded == 1
    assert sum(count.succeeded + count.failed + count.other for count in found.values()) == 8
    assert list(found) == sorted(found)
    assert len(found) == 30


def test_imports_show_what_they_brought_the_oldest_first(app: Flask) -> None:
    first = put(kind="import", rows={"orders": {"inserted": 5, "updated": 2, "deleted": 9}})
    put(kind="import", rows={"orders": {"inserted": 5}}, dry_run=True)
    put(kind="import", state="failed")
    put(kind="undo", rows={"orders": {"deleted": 7}})
    last = put(kind="import", rows={"customers": {"inserted": 0}})
    found = statistics.rows_per_import()
    assert found == [ImportedRows(first, "orders", 7, NOW), ImportedRows(last, "customers", 0, NOW)]
    assert statistics.rows_per_import(limit=1) == found[1:]


def test_a_script_shows_how_long_its_ended_runs_took(app: Flask) -> None:
    later = NOW + timedelta(seconds=90, milliseconds=500)
    first = put(script_id="count", finished_at=later)
    put(script_id="Count", finished_at=later)
    put(script_id="count", finished_at=later, dry_run=True)
    put(script_id="count", state="queued")
    put(script_id="count", state="paused", finished_at=later)
    last = put(script_id="count", state="failed", finished_at=NOW)
    found = statistics.durations_of_script("count")
    assert found == [Duration(first, 90.5, "succeeded", NOW), Duration(last, 0.0, "failed", NOW)]
    assert statistics.durations_of_script("count", limit=1) == found[1:]
    assert statistics.durations_of_script("other") == []
