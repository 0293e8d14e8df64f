"""A run is closed by the process that opened it, or took it up last, and by no other."""

from __future__ import annotations

import os
import signal
import socket

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.runner import checkpoints, locks, server_lock
from app.runner.locks import Lock
from app.services import runs
from app.services.runs import moves, settling
from app.services.runs.recording import going_on
from tests.app.services.runs.ledgers import new_run
from tests.app.services.runs.processes import process, said
from tests.app.services.runs.test_settling import state_within

WARNING = "run not closed"
# A run within which the process forks: the child leaves it first, as a script's function that returns.
FORKING = """
    import os
    run, child = None, None
    try:
        with runs.recorded("script", "export_order", {}) as run:
            child = os.fork()
            if child:
                assert os.waitpid(child, 0)[1] == 0
                print(run.id, runs.get(run.id).state, flush=True)
            elif ENDING:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    if child == 0:
        os._exit(0)
"""


def take_up(run_id: int) -> moves.Move:
    """Bring a run to running, as this process's."""
    move = moves.move(run_id, "running", host=socket.gethostname(), pid=os.getpid())
    assert move is not None
    return move


def lock_of(run_id: int) -> Lock:
    """Take the lock of a run."""
    lock = locks.acquire(db.engine, str(runs.get(run_id).lock_name), wait_s=5)
    assert lock is not None
    return lock


@pytest.mark.parametrize("ending", ["returns", "fails"])
@pytest.mark.parametrize("taken_up", [True, False])
def test_a_process_whose_run_was_taken_over_writes_nothing(app: Flask, ending: str, taken_up: bool) -> None:
    with process() as old:
        run_id = int(said(old))
        moves.move(run_id, "lost")
        if taken_up:
            take_up(run_id)
        before = runs.moves_of(run_id)[-1].hash
        if ending == "fails":
            old.send_signal(signal.SIGTERM)
        _, err = old.communicate("\n", timeout=60)
        assert runs.moves_of(run_id)[-1].hash == before
    assert WARNING in err
    assert old.returncode == (0 if ending == "returns" else -signal.SIGINT), err


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_whoever_takes_over_closes_the_run_after_the_old_process_went_on(app: Flask) -> None:
    with process() as old:
        run_id = int(said(old))
        with db.engine.connect() as connection:
            key = server_lock.key_of(db.engine, str(runs.get(run_id).lock_name))
            holder = connection.scalar(sa.text("SELECT IS_USED_LOCK(:key)"), {"key": key})
            connection.execute(sa.text(f"KILL {holder}"))
        assert state_within(run_id, "lost")
        lock = lock_of(run_id)
        with going_on(runs.OpenRun(token=runs.get(run_id).token), lock, lambda: take_up(run_id)):
            _, err = old.communicate("\n", timeout=60)
            assert WARNING in err
            assert runs.get(run_id).state == "running"
        lock.release()
    assert [move.state for move in runs.moves_of(run_id)] == ["running", "lost", "running", "succeeded"]
    assert runs.verify().problems == []


@pytest.mark.parametrize("ending", [False, True])
def test_a_forked_child_that_leaves_the_run_does_not_close_it(app: Flask, ending: bool) -> None:
    with process(FORKING.replace("ENDING", str(ending))) as parent:
        out, err = parent.communicate(timeout=60)
    assert parent.returncode == 0, err
    run_id, state = out.split()
    assert state == "running"
    assert [(move.state, move.pid) for move in runs.moves_of(int(run_id))] == [
        ("running", parent.pid),
        ("succeeded", parent.pid),
    ]
    assert runs.verify().problems == []


def test_a_process_whose_run_was_lost_commits_no_more(app: Flask) -> None:
    run_id = new_run()
    old = checkpoints.take_up(db.engine, run_id)
    assert settling.settle_lost() == [run_id]
    with db.engine.connect() as connection, pytest.raises(checkpoints.Busy, match="Another process"):
        checkpoints.save(connection, run_id, old, old.batches)
    new = checkpoints.take_up(db.engine, run_id)
    assert new.attempt > old.attempt + 1
    with db.engine.begin() as connection:
        checkpoints.save(connection, run_id, new, new.batches)


@pytest.mark.parametrize("column", ["position", "attempt"])
def test_settling_makes_no_edited_checkpoint_good(app: Flask, column: str) -> None:
    run_id = new_run()
    checkpoints.take_up(db.engine, run_id)
    with db.engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE checkpoints SET {column} = 9"))
    assert settling.settle_lost() == [run_id]
    with pytest.raises(checkpoints.Refused, match="not as it was written"):
        checkpoints.take_up(db.engine, run_id)
