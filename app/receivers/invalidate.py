"""No page shows stale rows: what was computed of a table, and of those that change with it, is no longer good."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.services.page_cache.reach import reached_from
from app.services.page_cache.versions import Versions, away_is_logged
from app.signals import rows_changed, rows_changing, run_finished, run_started

# Where a run's rows change, the run's own does: an import ends in the same transaction.
LEDGER = ("runs",)


def init_app(app: Flask) -> None:
    """Listen to what is written, in an application that has a Redis."""
    rows_changing.connect(begin, app)
    rows_changed.connect(end, app)
    for signal in (run_started, run_finished):
        signal.connect(forget_figures, app)


def begin(_app: Flask, table: str, run: int, **_: Any) -> None:
    """Keep nothing of what the table feeds, nor of the ledger, until its rows are committed, or the mark expires."""
    with away_is_logged():
        _versions().mark({*reached_from(table), *LEDGER}, run)


def end(_app: Flask, table: str, run: int, **_: Any) -> None:
    """Keep again what the table feeds, as it is now."""
    with away_is_logged():
        _versions().unmark({*reached_from(table), *LEDGER}, run)


def forget_figures(_app: Flask, run: int, **_: Any) -> None:
    """Forget what was counted of the ledger: the run's row has changed."""
    with away_is_logged():
        _versions().unmark(LEDGER, run)


def _versions() -> Versions:
    versions = Versions.of_app()
    assert versions is not None  # noqa: S101 - nothing is connected without a Redis
    return versions
