"""Killed at random moments, client or server: all rows or none, and the ledger says which."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.extensions import db
from app.models import Run
from app.services import runs
from tests.faults.checked import check_all_or_none, state_of
from tests.faults.conftest import Target, target
from tests.migrated import migrate
from tests.private_server import PrivateServer, private_server
from tests.zygote import Zygote, zygote

FEW, MANY = 6, 50  # of each mode and database: 100 on MariaDB
LONG = [pytest.mark.long, pytest.mark.timeout(1200)]
FEW_SERVERS, MANY_SERVERS = 3, 10


@pytest.fixture(scope="module")
def flask() -> Iterator[Zygote]:
    """Start commands quickly, in processes of their own."""
    with zygote() as started:
        yield started


def newest_id() -> int:
    """Return the id of the last run; 0 if there is none."""
    return next((run.id for run in runs.newest(1)), 0)


def take_out(made: Target) -> None:
    """Bring the table back to what it was, as if nothing had ever been imported."""
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM many WHERE id >= 0"))
        connection.execute(text("DELETE FROM imported_sheets"))
    assert state_of("many") == made.before


def seconds_of(flask: Zygote, args: tuple[str, ...], output: Path, made: Target) -> float:
    """Return how long a whole import takes, which then has been taken out again."""
    began = time.monotonic()
    assert flask.run(*args, output=output) == 0, output.read_text()
    seconds = time.monotonic() - began
    assert check_all_or_none(made.before, made.after).state == "succeeded"
    take_out(made)
    return seconds


def outcome(before: int, made: Target) -> Run | None:
    """Check that all rows are there or none, and the ledger; return the run if one was recorded since."""
    if newest_id() == before:
        assert state_of("many") == made.before, "it was not even recorded"
        return None
    run = check_all_or_none(made.before, made.after)
    if run.state == "succeeded":
        take_out(made)
    return run


@pytest.mark.parametrize(
    ("kills", "mode"),
    [
        (FEW, "insert"),
        pytest.param(MANY, "insert", marks=LONG),
        pytest.param(MANY, "upsert", marks=LONG),
    ],
)
def test_a_client_that_is_killed_at_random_leaves_all_rows_or_none(
    app: Flask, flask: Zygote, workbook: Path, tmp_path: Path, kills: int, mode: str
) -> None:
    chance = random.Random(20261121)
    made, output = target(), tmp_path / "output"
    args = ("import-excel", str(workbook), "many", "--mode", mode)
    takes = min(seconds_of(flask, args, output, made) for _ in range(2))  # something may have held one of them up
    killed = 0
    while killed < kills:
        before = newest_id()
        pid = flask.start(*args, output=output)
        time.sleep(chance.uniform(0, takes))
        os.kill(pid, signal.SIGKILL)
        code = flask.wait(pid)
        assert code in (0, -signal.SIGKILL), output.read_text()
        killed += code != 0
        outcome(before, made)
    assert flask.run(*args, output=output) == 0, output.read_text()
    assert check_all_or_none(made.before, made.after).state == "succeeded"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PrivateServer]:
    """Give a server to be killed."""
    with private_server(tmp_path) as started:
        yield started


@pytest.mark.parametrize("kills", [FEW_SERVERS, pytest.param(MANY_SERVERS, marks=LONG)])
def test_a_server_that_is_killed_at_random_has_all_rows_or_none(
    server: PrivateServer,
    flask: Zygote,
    workbook: Path,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    kills: int,
) -> None:
    chance = random.Random(20261121)
    monkeypatch.setenv("DATABASE_URL", server.url)
    with create_app("testing").app_context():
        migrate(tmp_path_factory.getbasetemp())
        made, output = target(), tmp_path / "output"
        args = ("import-excel", str(workbook), "many")
        takes = seconds_of(flask, args, output, made)
        for _ in range(kills):
            before = newest_id()
            db.engine.dispose()
            pid = flask.start(*args, output=output)
            time.sleep(chance.uniform(0, takes))
            server.kill()
            server.start()
            code = flask.wait(pid)
            run = outcome(before, made)
            assert (code == 0) == (run is not None and run.state == "succeeded"), output.read_text()
        assert "Traceback" not in output.read_text()
        db.engine.dispose()
