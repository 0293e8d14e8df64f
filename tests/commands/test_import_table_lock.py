"""One import into a table at a time: the second is told who holds it, or waits; a dead process holds nothing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from app.extensions import db
from app.runner import locks
from app.services import runs
from tests.app.runner.lock_holders import holder, is_free
from tests.app.services.runs.processes import kill, process, said
from tests.many import count, make_many, starting, write_many

ROWS = 10
LOCK = locks.name_of_table("many")
# A run that has the table, and goes on until a line comes in; then the rows that it would insert are free.
IMPORTING = """
    from app.services.imports.table_lock import table_locked
    with table_locked("many") as lock, runs.recorded("import", "june.xlsx → many", {}, lock=lock) as run:
        run.done, run.total = 61, 100
        print(run.id, flush=True)
        sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a small sheet."""
    return write_many(tmp_path_factory.mktemp("sheets") / "many.xlsx", ROWS)


@pytest.fixture
def many(app: Flask) -> None:
    """Make the target, with a row in it."""
    make_many()


def held() -> AbstractContextManager[object]:
    """Have another process take the lock of the table, without a run."""
    return holder(db.engine, LOCK)


@contextmanager
def importing() -> Iterator[int]:
    """Have another process import into the table, and give the run's id."""
    with process(IMPORTING) as other:
        yield int(said(other))


@pytest.mark.parametrize("args", [(), ("--dry-run",)])
def test_the_second_is_told_who_holds_the_table(
    many: None, cli: FlaskCliRunner, workbook: Path, args: tuple[str, ...]
) -> None:
    with importing() as run_id:
        result = cli.invoke(args=["import-excel", str(workbook), "many", *args])
        operator = runs.get(run_id).operator
    assert result.exit_code == 4, result.stderr
    assert f"Busy: many is held by run {run_id}, import june.xlsx → many ({operator}, started " in result.stderr
    assert "Wait for it with --wait 300." in result.stderr
    assert count() == 1
    assert [run.id for run in runs.newest(9)] == [run_id], "what is refused leaves no run behind"


def test_one_that_is_not_on_record_yet_is_told_of_too(many: None, cli: FlaskCliRunner, workbook: Path) -> None:
    with held():
        result = cli.invoke(args=["import-excel", str(workbook), "many"])
    assert (result.exit_code, count()) == (4, 1)
    assert "Busy: Somebody else just begins to write to many." in result.stderr


def test_it_waits_as_long_as_it_is_told(many: None, cli: FlaskCliRunner, workbook: Path) -> None:
    with held():
        began = time.monotonic()
        assert cli.invoke(args=["import-excel", str(workbook), "many", "--wait", "0.5"]).exit_code == 4
        assert 0.5 <= time.monotonic() - began < 30


def test_with_wait_it_goes_on_once_the_table_is_free(many: None, workbook: Path) -> None:
    with process(IMPORTING) as other, starting() as start:
        said(other)
        second = start("import-excel", str(workbook), "many", "--wait", "60")
        assert second.stderr is not None
        assert second.stderr.readline().startswith("many.xlsx"), "the plan comes before the waiting"
        other.communicate("\n", timeout=60)
        out, err = second.communicate(timeout=60)
    assert (second.returncode, out) == (0, ""), err
    assert count() == 1 + ROWS
    assert [run.state for run in runs.newest(2)] == ["succeeded", "succeeded"]


def test_a_dead_process_frees_the_table_and_its_run_is_lost(many: None, cli: FlaskCliRunner, workbook: Path) -> None:
    with process(IMPORTING) as other:
        run_id = int(said(other))
        kill(other)
        result = cli.invoke(args=["import-excel", str(workbook), "many", "--wait", "10"])
        assert result.exit_code == 0, result.stderr
    assert [run.state for run in runs.newest(2)] == ["succeeded", "lost"]
    assert runs.newest(2)[1].id == run_id
    assert is_free(db.engine, LOCK)
    assert runs.verify().problems == []


def test_another_table_is_free(many: None, cli: FlaskCliRunner, workbook: Path) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE others (id INT PRIMARY KEY, name VARCHAR(40), amount DECIMAL(10,2))"))
    with importing():
        assert cli.invoke(args=["import-excel", str(workbook), "others"]).exit_code == 0


def test_an_undo_holds_the_table_and_waits_for_it(many: None, cli: FlaskCliRunner, workbook: Path) -> None:
    assert cli.invoke(args=["import-excel", str(workbook), "many"]).exit_code == 0
    undo = ["runs", "undo", str(runs.newest(1)[0].id), "--yes"]
    with importing() as run_id:
        result = cli.invoke(args=undo)
        assert result.exit_code == 4, result.stderr
        assert f"many is held by run {run_id}" in result.stderr
        assert cli.invoke(args=[*undo, "--wait", "0.3"]).exit_code == 4
        assert count() == 1 + ROWS
        os.kill(runs.get(run_id).pid, signal.SIGTERM)
        assert cli.invoke(args=[*undo, "--wait", "20"]).exit_code == 0
    assert count() == 1
    assert runs.newest(1)[0].lock_name == LOCK
