"""Imports and undos killed at each COMMIT: the ledger says succeeded if, and only if, the rows are there."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from app.extensions import db
from app.models import Run
from app.services import runs
from tests.many import count, make_many, write_many
from tests.settled import settled
from tests.zygote import Zygote, zygote

ROWS = 20
MOMENTS = 30  # more than an import has


@pytest.fixture(scope="module")
def flask() -> Iterator[Zygote]:
    """Start commands quickly, in processes of their own."""
    with zygote() as started:
        yield started


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a small sheet."""
    return write_many(tmp_path_factory.mktemp("sheets") / "many.xlsx", ROWS)


def ended(before: int) -> Run | None:
    """Return the run that is newer than `before`, once nothing of its process is left; None if none is on record."""
    newest = next(iter(runs.newest(1)), None)
    return None if newest is None or newest.id == before else settled(newest)


def killed_at_each(event: str, flask: Zygote, args: tuple[str, ...], output: Path) -> Iterator[Run]:
    """Run the command again and again, each time dying one `event` later, until it ends; yield each run on record."""
    before = next((run.id for run in runs.newest(1)), 0)
    for number in itertools.count(1):
        assert number < MOMENTS
        code = flask.run(*args, output=output, DIE_BEFORE=f"{event}:{number}")
        if code == 0:
            return
        assert code == -signal.SIGKILL, output.read_text()
        run = ended(before)
        if run is not None:
            before = run.id
            yield run


@pytest.mark.parametrize("event", ["begin", "commit"])
def test_an_import_that_dies_is_lost_or_has_succeeded(
    app: Flask, flask: Zygote, workbook: Path, event: str, tmp_path: Path
) -> None:
    make_many()
    args = ("import-excel", str(workbook), "many")
    states = set()
    for run in killed_at_each(event, flask, args, tmp_path / "output"):
        states.add(run.state)
        assert (run.state, run.rows) in (("lost", {}), ("succeeded", {"many": {"inserted": ROWS}}))
        assert count() == 1 + ROWS * (run.state == "succeeded")
        with db.engine.begin() as connection:
            connection.execute(text("DELETE FROM many WHERE id >= 0"))
            connection.execute(text("DELETE FROM imported_sheets"))
    assert "lost" in states
    assert count() == 1 + ROWS
    assert runs.verify().problems == []


@pytest.mark.parametrize("event", ["begin", "commit"])
def test_an_undo_that_dies_is_lost_or_has_succeeded(
    app: Flask, flask: Zygote, workbook: Path, event: str, tmp_path: Path
) -> None:
    make_many()
    output = tmp_path / "output"
    assert flask.run("import-excel", str(workbook), "many", output=output) == 0, output.read_text()
    args = ("runs", "undo", str(runs.newest(1)[0].id), "--yes")
    for run in killed_at_each(event, flask, args, output):
        if run.state == "succeeded":  # it died after its COMMIT, and cannot be done again
            break
        assert (run.state, count()) == ("lost", 1 + ROWS)
    assert count() == 1
    assert (runs.newest(1)[0].state, runs.newest(1)[0].rows) == ("succeeded", {"many": {"deleted": ROWS}})
    assert runs.verify().problems == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # the others look at foreign keys with each statement
def test_what_is_refused_as_late_as_at_commit_is_named_by_its_cells(
    app: Flask, cli: FlaskCliRunner, workbook: Path
) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE known (id INT PRIMARY KEY)"))
        connection.execute(text("INSERT INTO known VALUES (0), (1), (2)"))
        connection.execute(
            text(
                "CREATE TABLE many (id INT PRIMARY KEY REFERENCES known (id) DEFERRABLE INITIALLY DEFERRED,"
                " name VARCHAR(40), amount DECIMAL(10,2))"
            )
        )
    result = cli.invoke(args=["import-excel", str(workbook), "many"])
    assert result.exit_code == 3, result.stderr
    assert f"{ROWS - 3} of {ROWS} rows cannot be loaded" in result.stderr
    assert "many!A5" in result.stderr
    assert (count(), runs.newest(1)[0].state, runs.newest(1)[0].rows) == (0, "failed", {})
