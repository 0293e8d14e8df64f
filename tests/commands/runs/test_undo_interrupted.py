"""An undo that is killed or stopped has deleted all rows or none: real processes, real signals."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.services import runs
from tests.held import let_go
from tests.many import count, held_at_run, make_many, starting, write_many

ROWS = 30_000
KILLS = 8


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a sheet that takes a second or so to read."""
    return write_many(tmp_path_factory.mktemp("sheets") / "many.xlsx", ROWS)


@pytest.fixture
def load(app: Flask, cli: FlaskCliRunner, workbook: Path) -> Callable[[], int]:
    """Import the sheet, and give the run's id."""

    def run() -> int:
        result = cli.invoke(args=["import-excel", str(workbook), "many"])
        assert result.exit_code == 0, result.stderr
        return runs.newest(1)[0].id

    return run


@pytest.fixture
def imported(load: Callable[[], int]) -> int:
    """Import the sheet into a table with a row in it, and give the run's id."""
    make_many()
    return load()


@pytest.fixture
def start() -> Iterator[Any]:
    """Start an undo in a process group of its own; whatever still runs at the end is killed."""
    with starting() as begin:
        yield lambda run_id: begin("runs", "undo", str(run_id), "--yes")


def test_kill_9_at_any_moment_deletes_all_rows_or_none(imported: int, load: Callable[[], int], start: Any) -> None:
    choice = random.Random(20261121)
    whole = broken_off = 0
    for _ in range(KILLS):
        process = start(imported)
        held_at_run(process, imported + whole)
        let_go(process)
        time.sleep(choice.uniform(0, 0.4))
        process.kill()
        process.communicate()
        rows = count()
        assert rows in (1, 1 + ROWS), "a part of the import is undone"
        if rows > 1:
            whole, broken_off = whole + 1, broken_off + 1
            continue
        # It had committed before it was killed.
        assert "is undone already" in (said := start(imported).communicate()[1]) or "are no longer in many" in said
        imported, whole = load(), 0
    assert broken_off > 0
    assert runs.verify().problems == []
    _, errors = start(imported).communicate(timeout=120)
    assert "is undone" in errors
    assert count() == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_rolls_back_closes_the_run_and_exits_130(number: signal.Signals, imported: int, start: Any) -> None:
    process = start(imported)
    run_id = held_at_run(process, imported)
    process.send_signal(number)
    let_go(process)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert count() == 1 + ROWS
    assert runs.get(run_id).state == "cancelled"


def test_two_at_once_undo_it_once(imported: int, start: Any) -> None:
    both = [start(imported), start(imported)]
    ends = [process.communicate(timeout=120)[1] for process in both]
    assert sorted(process.returncode for process in both) in ([0, 4], [0, 5]), ends
    assert count() == 1
    assert runs.verify().problems == []
