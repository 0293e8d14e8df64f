"""An import that is killed, stopped or locked out leaves the table as it was: real processes, real signals."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.engine import WRITER
from app.extensions import db
from app.services import runs
from tests.held import let_go
from tests.many import count, held_at_run, make_many, starting, write_many

ROWS = 200_000
KILLS = 8


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a sheet that takes a second or so to import."""
    return write_many(tmp_path_factory.mktemp("sheets") / "many.xlsx", ROWS)


@pytest.fixture
def many(app: Flask) -> str:
    """Make the target, with a row in it."""
    make_many()
    return "many"


@pytest.fixture
def start(workbook: Path) -> Iterator[Any]:
    """Start an import in a process group of its own; whatever still runs at the end is killed."""
    with starting() as begin:
        yield lambda *args: begin("import-excel", str(workbook), "many", *args)


def test_kill_9_at_any_moment_leaves_the_table_as_it_was(many: str, start: Any) -> None:
    choice = random.Random(20261120)
    newest = 0
    undone = 0
    for _ in range(KILLS):
        process = start("--again")
        newest = held_at_run(process, newest)
        let_go(process)
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
    held_at_run(first, 0)
    first.kill()
    first.communicate()
    second = start()
    _, errors = second.communicate(timeout=120)
    assert second.returncode == 0, errors
    assert count() == 1 + ROWS


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_rolls_back_closes_the_run_and_exits_130(number: signal.Signals, many: str, start: Any) -> None:
    process = start()
    run_id = held_at_run(process, 0)
    process.send_signal(number)
    let_go(process)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Interrupted" in errors
    assert "Traceback" not in errors
    assert count() == 1
    assert runs.get(run_id).state == "cancelled"


def test_ctrl_c_reaches_the_whole_group_and_is_one_sentence(many: str, start: Any) -> None:
    process = start()
    held_at_run(process, 0)
    os.killpg(process.pid, signal.SIGINT)
    let_go(process)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert count() == 1


def test_an_interruption_of_each_names_what_was_imported(many: str, workbook: Path, tmp_path: Path) -> None:
    few = write_many(tmp_path / "few.xlsx", 5)
    last = tmp_path / "last.csv"
    last.write_text("id,name\n")
    with starting() as begin:
        process = begin("import-excel", str(few), str(workbook), str(last), "many", "--each")
        held_at_run(process, held_at_run(process, 0))
        process.send_signal(signal.SIGINT)
        let_go(process)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Imported 1 of 3 files: 5 rows into many." in errors
    assert f"not {workbook}: interrupted" in errors
    assert f"not {last}: not begun" in errors
    assert "Traceback" not in errors
    assert count() == 1 + 5


def test_reading_process_that_is_killed_is_one_sentence(many: str, start: Any) -> None:
    process = start()
    held_at_run(process, 0)
    children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    let_go(process)
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
