"""What the server does to an import: waits that end, deadlocks, small packets, connections that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from tests.faults.checked import check_all_or_none, state_of
from tests.faults.conftest import ROWS, Target, target
from tests.many import starting
from tests.private_server import PrivateServer, private_server

WAITING = "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
IN_THE_MIDDLE = ROWS // 2
LONG_S = 50

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateServer]:
    """Give a server whose settings may be changed."""
    with private_server(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture
def database_url(server: PrivateServer) -> str:
    """Give the URL of an empty database on it, and its settings of old."""
    for statement in (
        "DROP DATABASE shop",
        "CREATE DATABASE shop CHARACTER SET utf8mb4",
        f"SET GLOBAL innodb_lock_wait_timeout = {LONG_S}",
        "SET GLOBAL local_infile = 1",
        "SET GLOBAL max_allowed_packet = 16777216",
    ):
        server.execute(statement)
    return server.url


@pytest.fixture
def many(app: Flask) -> Target:
    """Make the target."""
    return target()


@pytest.fixture
def start(workbook: Path) -> Iterator[Start]:
    """Start the import as a process of its own."""
    with starting() as begin:
        yield lambda *args: begin("import-excel", str(workbook), "many", *args)


@contextmanager
def row_held(also: int = 0) -> Iterator[sa.Connection]:
    """Hold the key of a row in the middle of the sheet, so that the import waits there; `also` rows beyond it."""
    insert = sa.text("INSERT INTO many VALUES (:id, 'held', 0)")
    with db.engine.connect() as connection:
        connection.execute(insert, {"id": IN_THE_MIDDLE})
        if also:
            connection.execute(insert, [{"id": ROWS + number} for number in range(also)])
        yield connection
        connection.rollback()


def waiting() -> int:
    """Return the server's number of the connection that waits for a row, once there is one."""
    end = time.monotonic() + 30
    with db.engine.connect() as connection:
        while time.monotonic() < end:
            if (found := connection.exec_driver_sql(WAITING).scalar()) is not None:
                return int(found)
            connection.rollback()
            time.sleep(0.2)  # InnoDB keeps what it shows for as long as it is asked within 0.1 s
    raise AssertionError("nothing waits for the row")


def said(process: subprocess.Popen[str], code: int) -> str:
    """Return what an import said that ended with this code: one sentence, and what to do."""
    _, errors = process.communicate(timeout=120)
    assert process.returncode == code, errors
    assert "Traceback" not in errors
    return errors


def test_a_row_that_another_holds_too_long_is_busy(many: Target, start: Start, server: PrivateServer) -> None:
    server.execute("SET GLOBAL innodb_lock_wait_timeout = 1")
    with row_held():
        errors = said(start(), 4)
    assert "Busy: Another transaction holds rows in shop@127.0.0.1" in errors
    assert "Try again" in errors
    assert check_all_or_none(many.before, many.after).state == "failed"


def test_a_deadlock_is_busy_and_leaves_nothing(many: Target, start: Start) -> None:
    with row_held(also=5 * ROWS) as connection:  # the server gives up the transaction that has written less
        process = start()
        waiting()
        connection.exec_driver_sql("SELECT * FROM many WHERE id = 0 FOR UPDATE")
        errors = said(process, 4)
    assert "Busy: Another transaction is in the way (deadlock) in shop@127.0.0.1" in errors
    assert check_all_or_none(many.before, many.after).state == "failed"


def test_a_connection_that_an_administrator_kills_is_one_sentence(
    many: Target, start: Start, server: PrivateServer
) -> None:
    with row_held():
        process = start()
        server.execute(f"KILL {waiting()}")
        errors = said(process, 1)
    assert "Error: The connection to shop@127.0.0.1" in errors
    assert check_all_or_none(many.before, many.after).state == "failed"


def test_a_client_that_is_killed_leaves_nothing(many: Target, start: Start) -> None:
    with row_held():
        process = start()
        waiting()
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert check_all_or_none(many.before, many.after).state == "lost"


def test_a_server_that_is_killed_leaves_nothing(many: Target, start: Start, server: PrivateServer) -> None:
    with row_held() as connection:
        process = start()
        waiting()
        server.kill()
        connection.invalidate()
    errors = said(process, 1)
    server.start()
    assert "Error: The connection to shop@127.0.0.1" in errors
    assert check_all_or_none(many.before, many.after).state == "lost"


@pytest.mark.parametrize("local_infile", [0, 1])
def test_small_packets_are_enough_on_both_roads(
    many: Target, start: Start, server: PrivateServer, local_infile: int
) -> None:
    server.execute("SET GLOBAL max_allowed_packet = 16384")
    server.execute(f"SET GLOBAL local_infile = {local_infile}")
    assert f"Imported {ROWS:,} rows" in said(start(), 0)
    assert check_all_or_none(many.before, many.after).state == "succeeded"


@pytest.mark.parametrize(("local_infile", "code"), [(1, 0), (0, 1)])
def test_a_row_that_is_larger_than_a_packet_is_streamed_or_named(
    app: Flask, server: PrivateServer, tmp_path: Path, local_infile: int, code: int
) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE long_texts (id INT PRIMARY KEY, text TEXT)")
    path = tmp_path / "long.csv"
    path.write_text(f"id,text\n1,{'x' * 20_000}\n")
    server.execute("SET GLOBAL max_allowed_packet = 16384")
    server.execute(f"SET GLOBAL local_infile = {local_infile}")
    with starting() as begin:
        errors = said(begin("import-excel", str(path), "long_texts"), code)
    if code:
        assert "does not take packets that large: a row is larger than max_allowed_packet, 16,384 bytes" in errors
        assert "SET GLOBAL max_allowed_packet" in errors
    assert state_of("long_texts").rows == 1 - code
