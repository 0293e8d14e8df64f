"""Runs whose process died are lost, and no others."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner

from app.engine import WRITER
from app.extensions import db
from app.models import Checkpoint
from app.models.base import utc_now
from app.runner import locks
from app.services import runs
from app.services.runs import settling
from tests.app.services.runs.ledgers import new_run
from tests.app.services.runs.processes import kill, process, said


def state_within(run_id: int, state: str, seconds: float = 60) -> bool:
    """Tell whether a run comes to a state in time; a server needs a moment to see that a connection is gone."""
    end = time.monotonic() + seconds
    while runs.get(run_id).state != state:
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_a_killed_process_leaves_a_lost_run_and_a_living_one_a_running(app: Flask, cli: FlaskCliRunner) -> None:
    with process() as dying, process() as living:
        dead, alive = int(said(dying)), int(said(living))
        assert {runs.get(dead).state, runs.get(alive).state} == {"running"}
        kill(dying)
        assert state_within(dead, "lost")
        listed = cli.invoke(args=["runs", "list", "--json"])
        shown = cli.invoke(args=["runs", "show", str(dead)])
        assert (listed.exit_code, shown.exit_code) == (0, 0)
        assert {run["id"]: run["state"] for run in json.loads(listed.stdout)} == {dead: "lost", alive: "running"}
        assert f"error          {settling.DIED}" in shown.stdout
        living.communicate("\n", timeout=60)
    assert runs.get(alive).state == "succeeded"
    assert [move.state for move in runs.moves_of(dead)] == ["running", "lost"]
    assert runs.verify().problems == []


def test_what_was_committed_is_known_from_the_checkpoint(app: Flask) -> None:
    run_id = new_run()
    with db.engine.begin() as connection:
        connection.execute(Checkpoint.__table__.insert(), checkpoint(run_id))
    row = runs.get(run_id)
    assert (row.state, row.rows, row.progress_done) == ("lost", {"orders": {"updated": 1000}}, 1000)
    assert row.finished_at is None, "nobody knows when"


def checkpoint(run_id: int) -> dict[str, object]:
    """Return a checkpoint of a run after 1,000 items."""
    return {
        "run_id": run_id,
        "attempt": 1,
        "step": 0,
        "position": 1000,
        "batches": 2,
        "done": 1000,
        "failed": 0,
        "rows": {"orders": {"updated": 1000}},
        "committed_by_script": False,
        "ended": False,
        "digest": "0" * 64,
        "saved_at": utc_now(),
    }


def test_whoever_takes_a_lock_settles_who_had_it(app: Flask) -> None:
    run_id, other = new_run(), new_run(state="queued")
    lock = locks.acquire(db.engine, "script:export_order")
    assert lock is not None
    try:
        assert settling.settle_lost() == [], "its lock is held, by whomever"
        assert settling.settle_lost("script:clear_cache") == []
        assert settling.settle_lost("script:export_order") == [run_id]
    finally:
        lock.release()
    assert (runs.get(run_id).state, runs.get(other).state) == ("lost", "queued")


def test_a_run_that_is_closed_at_that_moment_is_never_lost(app: Flask) -> None:
    """Close runs while others settle as fast as they can."""
    stop, ids, lost = threading.Event(), [], []

    def settle() -> None:
        with app.app_context():
            while not stop.is_set():
                lost.extend(settling.settle_lost())
                stop.wait(0.002)  # SQLite has no queue of writers: without a pause one may wait for long

    threads = [threading.Thread(target=settle) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(30):
            with runs.recorded("script", "export_order", {}) as run:
                ids.append(run.id)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert lost == []
    assert {runs.get(run_id).state for run_id in ids} == {"succeeded"}
    assert runs.verify().problems == []


def test_only_one_of_many_settles_a_run(app: Flask) -> None:
    ids = [new_run() for _ in range(5)]
    settled: list[int] = []

    def settle() -> None:
        with app.app_context():
            settled.extend(settling.settle_lost())

    threads = [threading.Thread(target=settle) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(settled) == ids
    assert all(len(runs.moves_of(run_id)) == 2 for run_id in ids)
    assert runs.verify().problems == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_looking_goes_on_while_another_writes(app: Flask) -> None:
    run_id = new_run()
    db.engine.dispose()

    @sa.event.listens_for(db.engine, "connect")
    def impatient(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    with db.engine.connect().execution_options(**{WRITER: True}) as writer, writer.begin():
        assert runs.get(run_id).state == "running"
        assert [run.id for run in runs.newest(1)] == [run_id]
    assert runs.get(run_id).state == "lost"


def test_a_run_from_before_locks_that_never_ended_is_lost(app: Flask) -> None:
    run_id = new_run()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE runs SET lock_name = NULL")
    assert runs.get(run_id).state == "lost"


def test_names_that_differ_in_case_only_are_two(app: Flask) -> None:
    """MariaDB's collation takes them for one."""
    run_id, other = new_run(), new_run()
    with db.engine.begin() as connection:
        lower = sa.text("UPDATE runs SET lock_name = 'script:Export_Order', script_id = 'Export_Order' WHERE id = :id")
        connection.execute(lower, {"id": other})
    wanted = runs.Filter(lock_name="script:export_order", state="running")
    lock = locks.acquire(db.engine, "script:export_order")
    another = locks.acquire(db.engine, "script:Export_Order")
    assert lock is not None
    assert another is not None
    try:
        assert [run.id for run in runs.newest(1, wanted)] == [run_id]
        assert [run.id for run in runs.newest(9, runs.Filter(script_id="export_order"))] == []
        assert [run.id for run in runs.newest(9, runs.Filter(script_id="Export_Order"))] == [other]
        assert settling.settle_lost("script:export_order") == [run_id]
    finally:
        lock.release()
        another.release()
