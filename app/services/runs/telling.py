"""Tell the application by signals what becomes of runs and of rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from app import signals
from app.models import Run

# What is sent when a run comes to a state; that one waits is not told.
BY_STATE = {
    "running": signals.run_started,
    **dict.fromkeys(("paused", "succeeded", "failed", "cancelled", "lost"), signals.run_finished),
}


def facts_of(row: Run) -> dict[str, Any]:
    """Return what the signals say of a run, by its row: to be told once that is committed."""
    return {
        "run": row.id,
        "kind": row.kind,
        "name": row.name,
        "dry_run": row.dry_run,
        "started_by": row.operator,
        "state": row.state,
        "rows": row.rows,
        "error": row.error,
    }


def tell_moved(facts: dict[str, Any]) -> None:
    """Tell that a run has come to the state that its facts name."""
    if facts["state"] in BY_STATE:
        signals.send(BY_STATE[facts["state"]], **facts)


def tell_changing(run_id: int, tables: Collection[str]) -> None:
    """Tell that rows of these tables are about to be committed."""
    for table in sorted(tables):
        signals.send(signals.rows_changing, table=table, run=run_id)


def tell_changed(run_id: int, tables: Collection[str]) -> None:
    """Tell that rows of these tables were committed."""
    for table in sorted(tables):
        signals.send(signals.rows_changed, table=table, run=run_id)


@contextmanager
def changing(run_id: int, *tables: str) -> Iterator[None]:
    """Commit rows of these tables inside; tell before and after. Where it fails, nobody knows, and nothing is told."""
    tell_changing(run_id, tables)
    yield
    tell_changed(run_id, tables)
