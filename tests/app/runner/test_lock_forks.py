"""A lock is its own process's: what that forks neither keeps it nor lets it go."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

import app.engine  # noqa: F401 - what it listens for sets SQLite up
from app.runner import locks
from tests.app.runner.lock_holders import becomes_free, holder, is_free

NAMES = [locks.name_of_script("export_order"), locks.name_of_run("0123456789ab")]
# Takes the lock, and has a child that does CHILD; says the child's pid, which is more than "True".
PARENT = """
import multiprocessing, os, signal, sys, time
from sqlalchemy import create_engine
from app.runner import locks

lock = locks.acquire(create_engine(sys.argv[1]), sys.argv[2])
assert lock is not None

def child():
    {child}

process = multiprocessing.get_context("fork").Process(target=child)
process.start()
print(True, flush=True)
print(process.pid, flush=True)
{parent}
print("held" if lock.held() else "gone", flush=True)
sys.stdin.readline()
lock.release()
"""


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """Give an engine on an empty database."""
    engine = sa.create_engine(database_url)
    yield engine
    engine.dispose()


def line(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("name", NAMES)
def test_a_child_that_outlives_its_parent_does_not_keep_the_lock(engine: sa.Engine, name: str) -> None:
    with holder(engine, name, code=PARENT.format(child="time.sleep(60)", parent="")) as (process, _):
        child = int(line(process))
        try:
            assert not is_free(engine, name)
            process.send_signal(signal.SIGKILL)
            assert becomes_free(engine, name)
        finally:
            os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("does", ["lock.release()", "assert not lock.held()", "os._exit(0)", "sys.exit()"])
def test_nothing_that_a_child_does_lets_it_go(engine: sa.Engine, name: str, does: str) -> None:
    code = PARENT.format(child=does, parent="process.join(); assert process.exitcode == 0, process.exitcode")
    with holder(engine, name, code=code) as (process, _):
        line(process)
        assert line(process) == "held"
        assert not is_free(engine, name)
        assert locks.acquire(engine, name) is None
        process.communicate("\n")
        assert process.returncode == 0
    assert is_free(engine, name)
