"""Hosts die, servers go and come back, links break: no run is lost, and none is done twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cluster import asking, jobs
from tests.cluster.api import Api
from tests.cluster.asking import ended, run, run_script, try_sheet
from tests.cluster.conftest import AtWork
from tests.cluster.hosts import Worker, wait_until

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

# How soon another worker has taken up what a dead one had.
TAKEN_UP_WITHIN_S = 30
# How long it takes to queue a run, whatever Redis does.
QUEUED_WITHIN_S = 6
# A link that is cut without a word is noticed when nobody has asked over it for 20 s.
NOTICED_WITHIN_S = TAKEN_UP_WITHIN_S + 20
JOB = 1
STEPS, BATCH_S = 24, 0.5


def test_a_run_asked_for_on_one_host_is_done_by_another_and_seen_on_a_third(at_work: AtWork, tmp_path: Path) -> None:
    here, there = at_work.apis
    sheet = 2
    trial = try_sheet(here, sheet, tmp_path)
    script = run_script(here, JOB)
    imported = ended(here, asking.confirm(there, trial))
    told = ended(there, script)
    assert (told["state"], imported["state"]) == ("succeeded", "succeeded")
    assert jobs.found(at_work.cluster.engine) == jobs.expected([JOB], [sheet])
    if at_work.cluster.is_apart:
        assert {told["host"], imported["host"]} <= {worker.machine.name for worker in at_work.cluster.workers}
    for api in at_work.apis:
        wait_until(lambda api=api: api.get(f"/runs/{script}/log").status == 200, "the log")  # type: ignore[misc]


def test_a_script_whose_host_dies_goes_on_elsewhere_where_it_was(at_work: AtWork) -> None:
    api = at_work.apis[0]
    run_id = long_script(api)
    wait_until(lambda: entries(at_work) >= 2, "the second batch")
    host_of(at_work, run_id).kill()
    goes_on(at_work, entries(at_work))
    assert ended(api, run_id)["state"] == "succeeded"
    done_once(at_work)


def test_an_import_whose_host_dies_is_done_elsewhere_from_the_start(at_work: AtWork, tmp_path: Path) -> None:
    api = at_work.apis[0]
    sheet = 3
    trial = try_sheet(api, sheet, tmp_path)
    ended(api, trial.run_id)
    with last_row_held(at_work.cluster.engine, sheet):
        run_id = asking.confirm(api, trial)
        wait_until(lambda: run(api, run_id)["state"] == "running", "the import to begin")
        wait_until(lambda: waits_for_row(at_work), "the import to wait for the row")
        host_of(at_work, run_id).kill()
    assert ended(api, run_id, TAKEN_UP_WITHIN_S)["state"] == "succeeded"
    assert jobs.found(at_work.cluster.engine) == jobs.expected([], [sheet])


def test_a_worker_that_dies_alone_leaves_its_run_to_end_or_to_be_taken_up(at_work: AtWork) -> None:
    api = at_work.apis[0]
    run_id = long_script(api)
    wait_until(lambda: entries(at_work) >= 2, "the second batch")
    host_of(at_work, run_id).kill_workers()
    assert ended(api, run_id)["state"] == "succeeded"
    done_once(at_work)


def test_a_host_that_is_cut_off_from_the_database_commits_nothing_more(at_work: AtWork) -> None:
    api = at_work.apis[0]
    run_id = long_script(api)
    wait_until(lambda: entries(at_work) >= 2, "the second batch")
    cut_off = host_of(at_work, run_id)
    cut_off.unplug()
    goes_on(at_work, entries(at_work), NOTICED_WITHIN_S)
    cut_off.mend()
    assert ended(api, run_id)["state"] == "succeeded"
    wait_until(lambda: not cut_off.horses(), "the first process to end")
    done_once(at_work)


def test_without_redis_runs_are_queued_at_once_and_done(at_work: AtWork) -> None:
    at_work.cluster.redis.stop()
    try:
        run_ids = [queued_in_time(api, number) for number, api in enumerate(at_work.apis)]
        assert [ended(at_work.apis[0], run_id)["state"] for run_id in run_ids] == ["succeeded"] * 2
    finally:
        at_work.cluster.redis.start()
    again = run_script(at_work.apis[0], 2)
    assert ended(at_work.apis[1], again)["state"] == "succeeded"
    assert jobs.found(at_work.cluster.engine) == jobs.expected([0, 1, 2], [])


def test_what_redis_forgets_is_done_all_the_same(at_work: AtWork) -> None:
    run_ids = []
    with at_work.cluster.redis.client() as client:
        for number in range(6):
            run_ids.append(run_script(at_work.apis[number % 2], number))
            client.flushall()
    assert {ended(at_work.apis[0], run_id)["state"] for run_id in run_ids} == {"succeeded"}
    assert jobs.found(at_work.cluster.engine) == jobs.expected(list(range(6)), [])


def test_a_slow_redis_holds_nobody_up(at_work: AtWork) -> None:
    for host in (*at_work.cluster.webs, *at_work.cluster.workers):
        host.to_redis.delay(2)
    run_ids = [queued_in_time(api, number) for number, api in enumerate(at_work.apis)]
    assert {ended(at_work.apis[0], run_id)["state"] for run_id in run_ids} == {"succeeded"}
    assert jobs.found(at_work.cluster.engine) == jobs.expected([0, 1], [])


def test_all_hosts_outlive_their_database(at_work: AtWork) -> None:
    run_id = long_script(at_work.apis[0])
    wait_until(lambda: entries(at_work) >= 2, "the second batch")
    at_work.cluster.database.kill()
    try:
        for api in at_work.apis:
            for path in ("//readyz", "/runs"):
                refused = api.get(path)
                assert (path, refused.status, refused.headers["Retry-After"]) == (path, 503, "1"), refused.content
            assert api.get("//healthz").status == 200
    finally:
        at_work.cluster.database.start()
    for api in at_work.apis:
        wait_until(lambda api=api: api.get("//readyz").status == 200, "a console to recover")  # type: ignore[misc]
    assert ended(at_work.apis[1], run_id)["state"] == "succeeded"
    done_once(at_work)


def long_script(api: Api) -> int:
    """Start a script that takes a while, and return the run's id."""
    return run_script(api, JOB, steps=STEPS, seconds=BATCH_S)


def queued_in_time(api: Api, number: int) -> int:
    """Start a script, which takes no longer than it may, and return the run's id."""
    started = time.monotonic()
    run_id = run_script(api, number)
    assert time.monotonic() - started < QUEUED_WITHIN_S
    return run_id


def entries(at_work: AtWork) -> int:
    """Return how many entries are committed."""
    return len(jobs.found(at_work.cluster.engine).entries)


def goes_on(at_work: AtWork, after: int, within_s: float = TAKEN_UP_WITHIN_S) -> None:
    """Wait until another process has added to so many entries, which it has to do in time."""
    wait_until(lambda: entries(at_work) > after, "another worker to go on", within_s)


def done_once(at_work: AtWork) -> None:
    """Check that every batch of the long script was committed once."""
    found = jobs.found(at_work.cluster.engine)
    assert found.entries == [(JOB, step) for step in range(STEPS)]
    assert found.totals[JOB] == sum(10 * JOB + step for step in range(STEPS))


def host_of(at_work: AtWork, run_id: int) -> Worker:
    """Return the host on which a run goes on; without namespaces all have one name, and its worker alone is busy."""
    workers = at_work.cluster.workers
    if at_work.cluster.is_apart:
        name = run(at_work.apis[0], run_id)["host"]
        return next(worker for worker in workers if worker.machine.name == name)
    return next(worker for worker in workers if worker.horses())


@contextmanager
def last_row_held(engine: sa.Engine, sheet: int) -> Iterator[None]:
    """Hold the key of the last row of a sheet, so that its import waits in the middle."""
    with engine.connect() as connection:
        key = sheet * jobs.ROWS + jobs.ROWS - 1
        connection.execute(sa.text(f"INSERT INTO {jobs.table_of(sheet)} VALUES (:id, 0)"), {"id": key})
        yield
        connection.rollback()


def waits_for_row(at_work: AtWork) -> bool:
    """Tell whether a transaction waits for a row."""
    with at_work.cluster.engine.connect() as connection:
        found = connection.exec_driver_sql("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'")
        return int(found.one()[1]) > 0
