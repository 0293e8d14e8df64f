"""Workers that RQ starts and Redis wakes: killed, told to end, with a Redis that forgets, goes away, or lies."""

from __future__ import annotations

import os
import pickle
import signal
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner

from app.extensions import db
from app.services import runs
from app.services.imports import MODES
from app.services.queue import claiming, queue_import, queue_script
from app.services.scripts.request import ScriptRequest
from tests.app.services.queue.queues import (
    GOOD,
    SLOW,
    ended,
    in_state,
    output_of,
    process_of,
    request,
    requests,
    result_of,
    until,
    write,
)
from tests.app.services.queue.workers.conftest import Workers, children_of
from tests.commands.script.mend import total
from tests.held import held_when
from tests.importing import Book, rows_of
from tests.many import write_many
from tests.private_redis import PrivateRedis

TAKEN_UP_WITHIN_S = 30
ON_MARIADB = pytest.mark.parametrize("backend", ["mysql"], indirect=True)


@pytest.fixture
def mend(scripts: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a script that takes a while, until a file is there, and tell the workers where it is; return that file."""
    monkeypatch.setenv("SCRIPTS_PATH", str(scripts.parent))
    write(scripts, SLOW)
    return scripts / "go"


def states_of(run_id: int) -> list[str]:
    """Return the states that a run came to."""
    return [move.state for move in runs.moves_of(run_id)]


def some_progress(run_id: int) -> None:
    """Wait until a run has done something."""
    until(lambda: (runs.get(run_id).progress_done or 0) > 1, "some progress")


def test_a_script_whose_process_is_killed_goes_on_at_its_checkpoint(
    redis: PrivateRedis, worker: Workers, mend: Path
) -> None:
    worker()
    worker()
    run_id = queue_script(ScriptRequest("mend"))
    some_progress(run_id)
    killed = runs.get(run_id).pid
    os.kill(killed, signal.SIGKILL)
    since = time.monotonic()
    in_state(run_id, "lost", "queued")
    mend.touch()
    until(lambda: "running" in states_of(run_id)[3:], "taken up again")
    assert time.monotonic() - since < TAKEN_UP_WITHIN_S
    run = ended(run_id)
    assert (run.state, total(), run.rows["things"]["updated"]) == ("succeeded", 25, 25), output_of(run_id)
    assert states_of(run_id) == ["queued", "running", "lost", "queued", "running", "succeeded"]
    assert (run.pid == killed, run.error, requests(), runs.verify().problems) == (False, None, 0, [])
    assert redis.client().keys("rq:job:*") == [] or claiming.may_go() == 0


@ON_MARIADB
def test_a_worker_that_is_told_to_end_leaves_its_script_to_another(
    redis: PrivateRedis, worker: Workers, mend: Path
) -> None:
    first = worker()
    run_id = queue_script(ScriptRequest("mend"))
    some_progress(run_id)
    first.send_signal(signal.SIGTERM)
    assert first.wait(120) == 0
    run = in_state(run_id, "queued")
    assert 0 < total() < 25
    assert (run.finished_at, run.error, requests()) == (None, None, 1)
    mend.touch()
    worker()
    assert (ended(run_id).state, total()) == ("succeeded", 25), output_of(run_id)
    assert states_of(run_id) == ["queued", "running", "queued", "running", "succeeded"]
    assert runs.verify().problems == []


@ON_MARIADB
def test_a_table_that_a_killed_import_made_is_made_anew(
    app: Flask, redis: PrivateRedis, worker: Workers, tmp_path: Path
) -> None:
    """MariaDB keeps a table that was made, whatever becomes of the transaction that fills it."""
    path = write_many(tmp_path / "many.xlsx", 100_000)
    run_id = queue_import(request(path, "brandnew", create=True), yes=True)
    with process_of(run_id) as killed:
        held_when(killed, lambda: sa.inspect(db.engine).has_table("brandnew"))
    worker()
    run = ended(run_id)
    assert (run.state, len(rows_of("brandnew", "id"))) == ("succeeded", 100_000), run.error
    assert states_of(run_id)[-3:] == ["queued", "running", "succeeded"]
    assert runs.verify().problems == []


@pytest.mark.long
@ON_MARIADB
def test_a_process_that_stands_still_commits_nothing_when_it_goes_on(
    app: Flask, redis: PrivateRedis, worker: Workers, mend: Path
) -> None:
    """Another one has the run by then; both would have the same number if they were containers of one name."""
    worker()
    run_id = queue_script(ScriptRequest("mend"))
    some_progress(run_id)
    stopped = runs.get(run_id).pid
    os.kill(stopped, signal.SIGSTOP)
    worker()
    until(lambda: states_of(run_id)[2:] == ["lost", "queued", "running"], "taken up by the other")
    os.kill(stopped, signal.SIGCONT)
    mend.touch()
    assert (ended(run_id).state, total()) == ("succeeded", 25), output_of(run_id)
    until(lambda: not Path(f"/proc/{stopped}").exists() or claiming.holders() == set(), "the first one has given up")
    assert states_of(run_id) == ["queued", "running", "lost", "queued", "running", "succeeded"]
    assert (total(), runs.verify().problems) == (25, [])


@ON_MARIADB
def test_redis_may_forget_everything(app: Flask, redis: PrivateRedis, worker: Workers, lines: str, book: Book) -> None:
    run_id = queue_import(request(book(GOOD)))
    redis.client().flushall()
    running = worker()
    assert (ended(run_id).state, rows_of(lines, "id")) == ("succeeded", [(1,), (2,), (3,)]), output_of(run_id)
    redis.client().flushall()
    again = queue_import(request(book(GOOD), mode=MODES["upsert"], again=True))
    assert ended(again).state == "succeeded", output_of(again)
    assert running.poll() is None


@ON_MARIADB
def test_a_run_is_done_though_redis_is_away(
    app: Flask, redis: PrivateRedis, worker: Workers, lines: str, book: Book, cli: FlaskCliRunner
) -> None:
    running = worker()
    until(lambda: redis.client().keys("rq:worker:*"), "the worker listens")
    redis.stop()
    since = time.monotonic()
    run_id = queue_import(request(book(GOOD)))
    assert time.monotonic() - since < 20
    swept = cli.invoke(args=["runs", "sweep"])
    assert swept.exit_code == 0
    assert "1 run" in swept.stdout or runs.get(run_id).state != "queued"
    run = ended(run_id)
    assert (run.state, rows_of(lines, "id")) == ("succeeded", [(1,), (2,), (3,)]), run.error
    assert (result_of(run)["ok"], running.poll()) == (True, None)


@ON_MARIADB
def test_a_forged_job_does_nothing(
    app: Flask, redis: PrivateRedis, worker: Workers, lines: str, book: Book, tmp_path: Path
) -> None:
    """Whoever can write to Redis must not have their code executed by workers."""
    touched = tmp_path / "touched"
    wicked = {
        b"json": f'["os.system", null, ["touch {touched}"], {{}}]'.encode(),
        b"pickle": pickle.dumps(("os.system", None, (f"touch {touched}",), {})),
    }
    client = redis.client()
    for kind, data in wicked.items():
        forged = {
            "data": data,
            "origin": "opsdesk",
            "status": "queued",
            "created_at": "2026-11-21T08:00:00.000000Z",
            "timeout": "1",
            "success_callback_name": "os.abort",
            "failure_callback_name": "os.abort",
            "webhooks": '[{"url": "http://127.0.0.1:9/", "job_status": "finished"}]',
            "meta": pickle.dumps(touched),
        }
        client.hset(f"rq:job:{kind.decode()}", mapping=forged)
        client.rpush("rq:queue:opsdesk", kind.decode())
    run_id = queue_import(request(book(GOOD)))
    running = worker()
    assert ended(run_id).state == "succeeded", output_of(run_id)
    until(lambda: client.llen("rq:queue:opsdesk") == 0, "all jobs were taken")
    again = queue_import(request(book(GOOD), mode=MODES["upsert"], again=True))
    assert ended(again).state == "succeeded", output_of(again)
    assert (touched.exists(), running.poll()) == (False, None)
    until(lambda: not children_of(running.pid), "the process of the last job has ended")

    def left() -> list[str]:
        return [key for key in client.keys("rq:*") if "job" in key or "result" in key]

    until(lambda: not left(), "nothing of any job is left")  # a sweep may have rung meanwhile
