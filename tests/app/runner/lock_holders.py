"""Other processes that hold locks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from app.runner import locks
from tests.conftest import ROOT

# Takes the lock named, says whether it has it, and keeps it until a line comes in.
HOLDER = """
import sys
from sqlalchemy import create_engine
from app.runner import locks
lock = locks.acquire(create_engine(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
print(lock is not None, flush=True)
sys.stdin.readline()
if lock is not None:
    lock.release()
"""


@contextmanager
def holder(
    engine: sa.Engine, name: str, wait_s: float = 0, code: str = HOLDER, cwd: Path = ROOT
) -> Iterator[tuple[subprocess.Popen[str], bool]]:
    """Have another process take a lock; give it, and whether it has it."""
    url = engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", code, url, name, str(wait_s)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip() == "True"
    finally:
        process.kill()
        process.communicate()


def is_free(engine: sa.Engine, name: str) -> bool:
    """Tell whether nobody holds a lock."""
    with engine.connect() as connection:
        return locks.is_free(connection, name)


def becomes_free(engine: sa.Engine, name: str) -> bool:
    """Tell whether a lock becomes free, within 15 s: a busy server sees late that a client is gone."""
    end = time.monotonic() + 15
    while not is_free(engine, name):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
