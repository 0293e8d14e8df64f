"""Killed at any moment, resumed, and every row is done exactly once: real processes, SIGKILL, both databases."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.models import Run
from app.services import runs
from app.services.runs import settling
from tests.settled import settled
from tests.zygote import Zygote, zygote

ROWS = 60
SIZE = 10
KILLS = 100
# What happens to the database in a run of ROWS / SIZE batches: each of these is a moment to die at.
EVENTS = ("begin", "commit")

SCRIPT = '''"""Count every thing up by one, and die at a moment that the environment names."""

import os
import signal
import threading
import time

import sqlalchemy as sa

from app.runner import script

things = sa.table("things", sa.column("id"), sa.column("n"))
moments = {"begin": 0, "commit": 0}
where, _, number = os.environ.get("DIE_AT", "").partition(":")


def die_at(name):
    def happened(*_):
        if threading.current_thread() is not threading.main_thread():
            return  # its heart, which beats when it likes
        moments[name] += 1
        if name == where and moments[name] == int(number):
            os.kill(os.getpid(), signal.SIGKILL)
    return happened


for name in moments:
    sa.event.listen(sa.Engine, name, die_at(name))


@script(owner="tests")
def main(run):
    for batch in run.batches(sa.select(things), key=things.c.id, size=10):
        for thing in batch:
            time.sleep(float(os.environ.get("NAP", "0")))
            run.session.execute(sa.update(things).where(things.c.id == thing.id).values(n=things.c.n + 1))
    with open(os.environ["COUNTS"], "w") as file:
        file.write(f"{moments['begin']} {moments['commit']}")
    run.session.execute(sa.text("UPDATE things SET n = n + 1000 WHERE id = 1"))
'''


@pytest.fixture(scope="module")
def flask() -> Iterator[Zygote]:
    """Start commands quickly, in processes of their own."""
    with zygote() as started:
        yield started


@pytest.fixture
def script(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the script, make the table; return where its output goes."""
    path = tmp_path / "offline_script" / "recycle" / "count_up.py"
    path.parent.mkdir(parents=True)
    path.write_text(SCRIPT)
    monkeypatch.setenv("SCRIPTS_PATH", str(path.parent.parent))
    monkeypatch.setenv("COUNTS", str(tmp_path / "counts"))
    with db.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE things (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"))
        connection.execute(sa.text("INSERT INTO things VALUES (:i, 0)"), [{"i": i} for i in range(1, ROWS + 1)])
    return tmp_path / "output"


def numbers() -> list[int]:
    """Return the n of all things, by id."""
    with db.engine.connect() as connection:
        return list(connection.scalars(sa.text("SELECT n FROM things ORDER BY id")))


def reset() -> None:
    """Bring all things back to 0."""
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE things SET n = 0"))


DONE = [1001] + [1] * (ROWS - 1)


def newest() -> Run | None:
    """Return the last run; None if there is none."""
    return next(iter(runs.newest(1)), None)


def check_truth(run: Run) -> None:
    """Check that the ledger says of a lost run what the table says."""
    done = sum(number % 1000 for number in numbers())
    tail = sum(number // 1000 for number in numbers())
    assert run.rows.get("things", {}).get("updated", 0) == done + tail
    assert done % SIZE == 0, "a batch is all or nothing"


def finish(flask: Zygote, run: Run | None, output: Path) -> None:
    """Resume a run, or start one where none was recorded; check that it ends well."""
    args = ("script", "run", "count_up") if run is None else ("runs", "resume", str(run.id))
    assert flask.run(*args, output=output) == 0, output.read_text()
    ended = newest()
    assert ended is not None
    assert (ended.state, ended.rows["things"]["updated"]) == ("succeeded", ROWS + 1)
    assert numbers() == DONE
    assert runs.verify().problems == []


def test_every_begin_and_commit_is_a_moment_to_die_at(script: Path, flask: Zygote) -> None:
    assert flask.run("script", "run", "count_up", output=script) == 0, script.read_text()
    begins, commits = map(int, Path(os.environ["COUNTS"]).read_text().split())
    assert commits >= ROWS // SIZE
    # Beside those counted: the tail's own, and the closing of the run.
    moments = [
        (name, n) for name, most in zip(EVENTS, (begins + 2, commits + 2), strict=True) for n in range(1, most + 1)
    ]
    killed = 0
    for name, number in moments:
        reset()
        before = newest()
        pid = flask.start("script", "run", "count_up", output=script, DIE_AT=f"{name}:{number}")
        code = flask.wait(pid)
        run = newest()
        if run is not None and before is not None and run.id == before.id:
            run = None  # it died before anything was recorded
        if code == 0:
            continue
        killed += 1
        assert code == -signal.SIGKILL, script.read_text()
        if run is not None:
            run = settled(run)
            assert run.state == "lost", (name, number)
            check_truth(run)
        finish(flask, run, script)
    assert killed >= len(moments) - 2


def test_dying_at_a_hundred_random_moments_loses_and_repeats_nothing(script: Path, flask: Zygote) -> None:
    chance = random.Random(3)
    killed = rounds = 0
    while killed < KILLS:
        reset()
        rounds += 1
        args: tuple[str, ...] = ("script", "run", "count_up")
        longest_s = 0.35
        while True:
            pid = flask.start(*args, output=script, NAP="0.003")
            time.sleep(chance.uniform(0.02, longest_s))
            os.kill(pid, signal.SIGKILL)
            code = flask.wait(pid)
            run = newest()
            if code == 0:
                break
            assert code == -signal.SIGKILL, script.read_text()
            killed += 1
            longest_s *= 1.1  # on a busy machine a batch may take longer than any of them lived
            run = run and settled(run)
            if run is None or run.state == "succeeded":
                break  # nothing was recorded yet, or all was done and said
            assert run.state == "lost"
            check_truth(run)
            args = ("runs", "resume", str(run.id))
        if run is not None and run.state == "succeeded" and numbers() != [0] * ROWS:
            assert numbers() == DONE
            assert run.rows["things"]["updated"] == ROWS + 1
    assert runs.verify().problems == []


def test_a_run_that_dies_is_lost_as_soon_as_somebody_looks(script: Path, flask: Zygote) -> None:
    pid = flask.start("script", "run", "count_up", output=script, NAP="0.05")
    wait_for_batch()
    os.kill(pid, signal.SIGKILL)
    flask.wait(pid)
    died = time.monotonic()
    while (run := newest()) is None or run.state != "lost":
        assert time.monotonic() - died < 10  # long before any heartbeat would be missed
    assert settling.settle_lost() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_batch_end(script: Path, flask: Zygote, number: signal.Signals) -> None:
    pid = flask.start("script", "run", "count_up", output=script, NAP="0.1")
    wait_for_batch()
    os.kill(pid, number)
    assert flask.wait(pid) == 130
    run = newest()
    assert run is not None
    assert run.state == "paused"
    check_truth(run)
    assert f"Go on with: flask runs resume {run.id}" in script.read_text()
    finish(flask, run, script)


def test_a_second_signal_breaks_the_batch_off(script: Path, flask: Zygote) -> None:
    pid = flask.start("script", "run", "count_up", output=script, NAP="3")  # half a minute a batch
    _wait(lambda: (run := newest()) is not None and run.progress_total is not None)
    os.kill(pid, signal.SIGINT)
    _wait(lambda: "Stopping after this batch" in script.read_text())
    os.kill(pid, signal.SIGINT)
    began = time.monotonic()
    assert flask.wait(pid) == 130
    assert time.monotonic() - began < 10
    run = newest()
    assert run is not None
    assert run.state == "paused"
    check_truth(run)
    finish(flask, run, script)


def wait_for_batch() -> None:
    """Wait until the first batch is committed."""
    _wait(lambda: sum(numbers()) > 0)


def _wait(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)
