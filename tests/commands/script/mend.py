"""A script that mends 25 things, ten at a time, and what came of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from app.extensions import db
from app.services import runs
from tests.conftest import ROOT

HEAD = '''"""Mend the things.

Run it at night.
"""

import os
import time
from datetime import datetime

import click
import sqlalchemy as sa

from app.runner import script

things = sa.table("things", sa.column("id"), sa.column("n"))

'''
ADD = """
@script(owner="li"{declared})
@click.option("--by", default=1, show_default=True, help="How much.")
def main(run, by):
    for batch in run.batches(sa.select(things), key=things.c.id, size=10):
        for thing in batch:
            run.session.execute(sa.update(things).where(things.c.id == thing.id).values(n=things.c.n + by))
        time.sleep(float(os.environ.get("NAP", "0")))

if __name__ == "__main__":
    main()
"""

# Leaves the things out whose numbers stand in the environment.
SKIP = """
@script(owner="li"{declared})
@click.option("--by", default=1, show_default=True, help="How much.")
def main(run, by):
    bad = os.environ.get("BAD", "").split(",")
    for batch in run.batches(sa.select(things), key=things.c.id, size=10, on_error="skip"):
        for thing in batch:
            with batch.isolated(thing):
                if str(thing.id) in bad:
                    raise ValueError("bad")
                run.session.execute(sa.update(things).where(things.c.id == thing.id).values(n=things.c.n + by))
        time.sleep(float(os.environ.get("NAP", "0")))
        if os.environ.get("FAIL_AT") == str(batch[-1].id):
            raise ValueError("no further")
"""

Write = Callable[..., Path]


def total() -> int:
    """Return the sum of all n."""
    with db.engine.connect() as connection:
        return int(connection.scalar(sa.text("SELECT SUM(n) FROM things")))


def changed() -> dict[int, int]:
    """Return n of the things whose n is not 0, by id."""
    with db.engine.connect() as connection:
        return {row.id: row.n for row in connection.execute(sa.text("SELECT id, n FROM things WHERE n <> 0"))}


def start(*args: str, **env: str) -> subprocess.Popen[str]:
    """Start a command as a process of its own."""
    command = [sys.executable, str(ROOT / "manage.py"), *args]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, text=True, env={**os.environ, **env}, cwd=ROOT, **pipes)  # type: ignore[call-overload]


def wait_for_a_run() -> None:
    """Wait until there is one."""
    end = time.monotonic() + 30
    while not runs.newest(1) and time.monotonic() < end:
        time.sleep(0.05)
