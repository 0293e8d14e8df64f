"""The ledger a page at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.models.base import utc_now
from app.services import runs
from tests.app.services.runs.ledgers import new_run


def test_every_run_is_on_one_page_the_newest_first(app: Flask) -> None:
    ids = [new_run(state="queued") for _ in range(7)]
    pages = [runs.page(number=number, per_page=3) for number in (1, 2, 3)]
    assert [run.id for page in pages for run in page.items] == ids[::-1]
    assert [(page.has_next, page.total, page.total_is_exact) for page in pages] == [
        (True, 7, True),
        (True, 7, True),
        (False, 7, True),
    ]


def test_only_runs_that_fit_are_paged_and_counted(app: Flask) -> None:
    wanted = [new_run("refresh", state="queued") for _ in range(3)]
    new_run("other", state="queued")
    page = runs.page(runs.Filter(name="fresh"), per_page=2)
    assert ([run.id for run in page.items], page.total) == (wanted[:0:-1], 3)


def test_a_time_span_ends_before_until(app: Flask) -> None:
    run = runs.get(new_run(state="queued"))
    inside = runs.Filter(since=run.started_at, until=run.started_at + timedelta(microseconds=1))
    assert [found.id for found in runs.page(inside).items] == [run.id]
    assert runs.page(runs.Filter(until=run.started_at)).items == ()
    assert [found.id for found in runs.newest(5, runs.Filter(until=utc_now()))] == [run.id]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_run_whose_process_died_is_lost_on_the_page(app: Flask) -> None:
    new_run(state="running")
    assert [run.state for run in runs.page().items] == ["lost"]
