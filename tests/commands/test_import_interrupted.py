"""An import that is killed, stopped or locked out leaves the table as it was: real processes, real signals."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import text

from app.engine import WRITER
from app.extensions import db
from app.services import runs
from tests.conftest import ROOT

ROWS = 12_000
KILLS = 8


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a sheet that takes a second or so to import."""
    path = tmp_path_factory.mktemp("sheets") / "many.xlsx"
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("many")
    sheet.append(["id", "name", "amount"])
    for number in range(ROWS):
        sheet.append([number, f"name {number} 名称", number / 4])
    book.save(path)
    return path


@pytest.fixture
def many(app: Flask) -> str:
    """Make the target, with a row in it."""
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE many (id INT PRIMARY KEY, name VARCHAR(40), amount DECIMAL(10,2))"))
        connection.execute(text("INSERT INTO many VALUES (-1, 'before', 0)"))
    return "many"


@pytest.fixture
def start(workbook: Path) -> Iterator[Any]:
    """Start an import in a process group of its own; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def run(*args: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(ROOT / "manage.py"), "import-excel", str(workbook), "many", *args]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def count() -> int:
    """Return the rows of the target, waiting until the server has rolled back what it must."""
    with db.engine.connect() as connection:
        return int(connection.scalar(text("SELECT COUNT(*) FROM many")) or 0)


def wait_for_run(after: int) -> int:
    """Wait until a run newer than `after` is on record, and return its id."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        newest = runs.newest(1)
        if newest and newest[0].id > after:
            return newest[0].id
        time.sleep(0.01)
    raise AssertionError("no run was opened within 60 s")


def test_kill_9_at_any_moment_leaves_the_table_as_it_was(many: str, start: Any) -> None:
    choice = random.Random(20261120)
    newest = 0
    undone = 0
    for _ in range(KILLS):
        process = start()
        newest = wait_for_run(newest)
        time.sleep(choice.uniform(0, 0.8))
        process.kill()
        process.communicate()
        rows = count()
        assert rows in (1, 1 + ROWS), "a part of the sheet is in the table"
        if rows == 1:
            undone += 1
        else:  # it had committed before it was killed
            with db.engine.begin() as connection:
                connection.execute(text("DELETE FROM many WHERE id >= 0"))
    assert undone > 0


def test_after_a_kill_the_same_import_succeeds(many: str, start: Any) -> None:
    first = start()
    wait_for_run(0)
    first.kill()
    first.communicate()
    second = start()
    _, errors = second.communicate(timeout=120)
    assert second.returncode == 0, errors
    assert count() == 1 + ROWS


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_rolls_back_closes_the_run_and_exits_130(number: signal.Signals, many: str, start: Any) -> None:
    process = start()
    run_id = wait_for_run(0)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Interrupted" in errors
    assert "Traceback" not in errors
    assert count() == 1
    assert runs.get(run_id).state == "cancelled"


def test_ctrl_c_reaches_the_whole_group_and_is_one_sentence(many: str, start: Any) -> None:
    process = start()
    wait_for_run(0)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert count() == 1


def test_reading_process_that_is_killed_is_one_sentence(many: str, start: Any) -> None:
    process = start()
    wait_for_run(0)
    children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    assert "the reading process was killed" in errors
    assert "Traceback" not in errors
    assert count() == 1


def test_import_waits_for_another_writer(many: str, start: Any) -> None:
    with db.engine.connect().execution_options(**{WRITER: True}) as connection:
        connection.execute(text("UPDATE many SET name = 'held'"))
        process = start()
        time.sleep(1.5)
        connection.commit()
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert count() == 1 + ROWS


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # only SQLite has one writer for all tables
def test_writer_that_never_ends_is_busy(many: str, start: Any) -> None:
    with db.engine.connect().execution_options(**{WRITER: True}) as connection:
        connection.execute(text("UPDATE many SET name = 'held'"))
        process = start()
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 4, errors
    assert "Another process is writing" in errors
