"""`flask runs sweep` and `flask runs work` without a number."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner

from app.extensions import db
from app.models import RunRequest
from app.models.base import utc_now
from app.services import runs
from app.services.queue import claiming, starting, waking
from app.services.queue.enqueuing import enqueue


@pytest.fixture
def queued(app: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
    """Queue a run that cannot be done, and wake nobody."""
    monkeypatch.setattr(waking, "wake", lambda: True)
    return enqueue("script", "script", "nothing", {"name": "nothing"}, arguments={}, lock_name="script:nothing")


def test_a_sweep_says_what_it_did_and_starts_what_may_go(
    cli: FlaskCliRunner, queued: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Flask] = []
    monkeypatch.setattr(starting, "process", started.append)
    monkeypatch.setattr(claiming, "RESTS_S", 3600.0)
    claiming.claim(queued)
    with db.engine.begin() as connection:
        connection.execute(sa.update(RunRequest).values(claimed_at=utc_now() - timedelta(minutes=1)))
    done = cli.invoke(args=["runs", "sweep"])
    assert (done.exit_code, started) == (0, [])
    assert done.stdout == f"Run {queued} was not begun.\n1 run waiting, 0 runs going on. None may go now.\n"
    monkeypatch.setattr(claiming, "RESTS_S", 0.0)
    again = cli.invoke(args=["runs", "sweep", "--json"])
    said = {"settled": [], "freed": [], "queued": [], "waiting": 1, "going_on": 0, "woken": True}
    assert (again.exit_code, json.loads(again.stdout), len(started)) == (0, said, 1)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_work_takes_the_run_whose_turn_it_is(cli: FlaskCliRunner, queued: int) -> None:
    done = cli.invoke(args=["runs", "work"])
    assert (done.exit_code, f"Run {queued} was taken up." in done.stderr) == (0, True), done.output
    assert runs.get(queued).state == "failed", "there is no such script"
    nothing = cli.invoke(args=["runs", "work"])
    assert (nothing.exit_code, nothing.stderr) == (0, "No run may go now.\n")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_workers_need_redis(cli: FlaskCliRunner) -> None:
    from app.services.queue.workers.bell import bell_of

    bell_of(cli.app)
    done = cli.invoke(args=["rq", "worker"])
    assert done.exit_code != 0
    assert "REDIS_URL is not set" in str(done.exception) + done.output
