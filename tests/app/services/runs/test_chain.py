"""The chain of moves stays one, whoever appends to it at the same time."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.models import RunMove
from app.services import runs
from tests.app.services.runs.processes import process

PROCESSES, THREADS = 2, 4
# What many do at once; SNAPSHOT turns on what MariaDB has on from 11.6.2.
WRITERS = f"""
    import threading
    from sqlalchemy import event
    from flask import current_app
    app = current_app._get_current_object()

    if SNAPSHOT:
        @event.listens_for(db.engine, "connect")
        def stricter(connection, _record):
            connection.cursor().execute("SET SESSION innodb_snapshot_isolation = ON")

    def write():
        with app.app_context():
            for number in range(RUNS):
                try:
                    with runs.recorded("script", f"script_{{number}}", {{}}):
                        if number % 3 == 0:
                            raise ValueError("no")
                except ValueError:
                    pass
                except BaseException as error:
                    print(type(error).__name__, error, flush=True)

    threads = [threading.Thread(target=write) for _ in range({THREADS})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def write_at_once(snapshot: bool, count: int) -> None:
    """Have processes with threads record `count` runs each, all of which are recorded."""
    body = WRITERS.replace("SNAPSHOT", str(snapshot)).replace("RUNS", str(count))
    with ExitStack() as stack:
        writers = [stack.enter_context(process(body)) for _ in range(PROCESSES)]
        for writer in writers:
            out, err = writer.communicate(timeout=240)
            assert (writer.returncode, out, err) == (0, "", "")


def check_chain(count: int) -> None:
    """Look whether every move of every run stands in one line."""
    done = runs.verify()
    expected = PROCESSES * THREADS * count
    assert (done.problems, done.runs, done.moves) == ([], expected, 2 * expected + 1)
    with db.engine.connect() as connection:
        ids = connection.scalars(sa.select(RunMove.id).order_by(RunMove.id)).all()
    assert ids == list(range(1, done.moves + 1))


def test_many_write_one_chain(app: Flask) -> None:
    write_at_once(snapshot=False, count=20)
    check_chain(20)


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_many_write_one_chain_where_snapshots_are_strict(app: Flask) -> None:
    with db.engine.connect() as connection:
        known = connection.execute(sa.text("SHOW VARIABLES LIKE 'innodb_snapshot_isolation'")).one_or_none()
    if known is None:
        pytest.skip("this server has no innodb_snapshot_isolation: it is none of MariaDB from 10.6.18 on")
    write_at_once(snapshot=True, count=8)
    check_chain(8)
