"""A thousand runs, three workers, and somebody who kills them: every run ends once, and every row is right."""

from __future__ import annotations

import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa

from tests.cluster import jobs
from tests.cluster.api import Api
from tests.cluster.asking import Trial, confirm, run_script, try_sheet, was_kept
from tests.cluster.conftest import AtWork
from tests.cluster.hosts import wait_until
from tests.cluster.killing import Killer

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

SCRIPTS, SHEETS = 900, 50  # a sheet is two runs: tried, then imported
RUNS = SCRIPTS + 2 * SHEETS
DONE_WITHIN_S = 1200
SEED = int(os.environ.get("CLUSTER_SEED", random.randrange(10**6)))

ENDS = """
    SELECT runs.id, runs.state, COUNT(run_moves.id), runs.error FROM runs LEFT JOIN run_moves
    ON run_moves.run_id = runs.id AND run_moves.state IN ('succeeded', 'failed', 'cancelled')
    WHERE runs.kind IN ('script', 'import') GROUP BY runs.id, runs.state, runs.error
"""
ENDED = "SELECT COUNT(*) FROM runs WHERE state IN ('succeeded', 'failed', 'cancelled')"
WAITING = "SELECT COUNT(*) FROM runs WHERE state IN ('queued', 'running', 'lost')"


def test_a_thousand_runs_end_once_each_while_workers_are_killed(at_work: AtWork, tmp_path: Path) -> None:
    before = {end.run_id for end in ends(at_work)}
    started = time.monotonic()
    with Killer(at_work.cluster.workers, SEED, lambda: scalar(at_work, ENDED)) as killer:
        with ThreadPoolExecutor(len(at_work.apis)) as programs:
            asked = [programs.submit(ask, api, place, tmp_path) for place, api in enumerate(at_work.apis)]
            tried_anew = sum(each.result() for each in asked)
        queued_s = time.monotonic() - started
        wait_until(lambda: scalar(at_work, WAITING) == 0, "the last run", DONE_WITHIN_S)
    took = time.monotonic() - started
    sys.stdout.write(
        f"seed {SEED}: {RUNS} runs in {took:.0f} s, {RUNS / took:.1f} a second (queued in {queued_s:.0f} s);"
        f" killed {dict(killer.kills)}; taken up again {again(at_work)} times;"
        f" {tried_anew} dry runs done anew\n"
    )
    mine = [end for end in ends(at_work) if end.run_id not in before]
    assert [end for end in mine if (end.state, end.times) != ("succeeded", 1)] == []
    assert len(mine) == RUNS + tried_anew
    assert jobs.found(at_work.cluster.engine) == jobs.expected(list(range(SCRIPTS)), list(range(SHEETS)))


def ask(api: Api, place: int, folder: Path) -> int:
    """Ask one console for its half of everything; sheets are imported when all the rest is asked for.

    Returns: how many dry runs had to be done anew: their processes were killed between their end and their result.
    """
    trials: dict[int, Trial] = {}
    tried_anew = 0

    def script(number: int) -> None:
        run_script(api, number)

    def sheet(number: int) -> None:
        trials[number] = try_sheet(api, number, folder)

    todo = [(script, number) for number in range(place, SCRIPTS, 2)]
    todo += [(sheet, number) for number in range(place, SHEETS, 2)]
    random.Random(SEED + place).shuffle(todo)
    for act, number in todo:
        act(number)
    for number, trial in trials.items():
        found = trial
        while not was_kept(api, found, DONE_WITHIN_S):
            found = try_sheet(api, number, folder)
            tried_anew += 1
        confirm(api, found)
    return tried_anew


class End(NamedTuple):
    """How a run is, and how often it came to an end."""

    run_id: int
    state: str
    times: int
    error: str | None


def ends(at_work: AtWork) -> list[End]:
    """Return the end of each run."""
    with at_work.cluster.engine.connect() as connection:
        return [End(*row) for row in connection.execute(sa.text(ENDS))]


def again(at_work: AtWork) -> int:
    """Return how often a run that had begun was queued again."""
    return scalar(at_work, "SELECT COUNT(*) FROM run_moves WHERE state = 'lost'")


def scalar(at_work: AtWork, query: str) -> int:
    """Return the number that a query gives."""
    with at_work.cluster.engine.connect() as connection:
        return int(connection.scalar(sa.text(query)) or 0)
