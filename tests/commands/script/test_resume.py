"""`flask runs resume`: asked as much as `script run`, and kept from doing things twice."""

from __future__ import annotations

import logging
import os
import signal
import time

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.services import runs
from tests.commands.script.mend import ADD, Write, start, total, wait_for_a_run

pytestmark = pytest.mark.usefixtures("things")
SLOW_THEN_NO = ADD.replace("time.sleep(", "assert batch[0].id != 11 or not os.environ.get('NO')\n        time.sleep(")


@pytest.fixture
def no(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Have scripts fail in their second batch, until NO is deleted."""
    monkeypatch.setenv("NO", "1")
    return monkeypatch


def fail(cli: FlaskCliRunner, *args: str) -> None:
    """Have run 1 fail after 10 things."""
    assert cli.invoke(args=["script", "run", "mend", *args]).exit_code == 1
    assert total() == 10


def test_a_script_that_runs_once_is_not_resumed_after_another_success(
    cli: FlaskCliRunner, write: Write, no: pytest.MonkeyPatch
) -> None:
    write(SLOW_THEN_NO, declared=", run_once=True")
    fail(cli)
    no.delenv("NO")
    assert cli.invoke(args=["script", "run", "mend"]).exit_code == 0
    done = cli.invoke(args=["runs", "resume", "1"])
    assert (done.exit_code, total()) == (5, 35)
    assert "mend runs once, and did so as run 2" in done.stderr


def test_a_script_that_runs_once_is_resumed(cli: FlaskCliRunner, write: Write, no: pytest.MonkeyPatch) -> None:
    write(SLOW_THEN_NO, declared=", run_once=True")
    fail(cli)
    no.delenv("NO")
    assert cli.invoke(args=["runs", "resume", "1"]).exit_code == 0
    assert total() == 25


def test_production_is_asked_before_a_run_goes_on(
    cli: FlaskCliRunner,
    app: Flask,
    write: Write,
    no: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.getLogger("app"), "propagate", True)
    caplog.set_level(logging.INFO, "app")
    write(SLOW_THEN_NO)
    fail(cli)
    no.delenv("NO")
    app.config.update(PRODUCTION=True)
    done = cli.invoke(args=["runs", "resume", "1"])
    assert (done.exit_code, total()) == (5, 10)
    assert "To go on: --reason TEXT and --yes" in done.stderr
    done = cli.invoke(args=["runs", "resume", "1", "--yes"])
    assert (done.exit_code, total()) == (5, 10)
    done = cli.invoke(args=["runs", "resume", "1", "--yes", "--reason", "ticket 7"])
    assert (done.exit_code, total()) == (0, 25)
    assert "ticket 7" in [getattr(line, "reason", None) for line in caplog.records]
    assert cli.invoke(args=["runs", "verify"]).exit_code == 0


def test_the_recorded_reason_does_as_well(
    cli: FlaskCliRunner, app: Flask, write: Write, no: pytest.MonkeyPatch
) -> None:
    write(SLOW_THEN_NO)
    fail(cli, "--reason", "ticket 7")
    no.delenv("NO")
    app.config.update(PRODUCTION=True)
    done = cli.invoke(args=["runs", "resume", "1"])
    assert done.exit_code == 5
    assert "To go on: --yes" in done.stderr
    assert cli.invoke(args=["runs", "resume", "1", "--yes"]).exit_code == 0
    assert (total(), runs.get(1).reason) == (25, "ticket 7")


def test_a_script_that_was_retired_since_needs_force(cli: FlaskCliRunner, write: Write, no: pytest.MonkeyPatch) -> None:
    path = write(SLOW_THEN_NO)
    fail(cli)
    no.delenv("NO")
    path.parent.with_name("unrecycle").mkdir()
    path.rename(path.parent.with_name("unrecycle") / path.name)
    done = cli.invoke(args=["runs", "resume", "1"])
    assert (done.exit_code, total()) == (5, 10)
    assert "mend is retired." in done.stderr
    assert cli.invoke(args=["runs", "resume", "1", "--force"]).exit_code == 0
    assert total() == 25


def test_how_to_go_on_with_a_retired_script_names_force(
    cli: FlaskCliRunner, write: Write, no: pytest.MonkeyPatch
) -> None:
    write(SLOW_THEN_NO, folder="unrecycle")
    done = cli.invoke(args=["script", "run", "mend", "--force"])
    assert "flask runs resume 1 --force --new-code" in done.stderr


def test_a_run_that_goes_on_is_busy(cli: FlaskCliRunner, write: Write) -> None:
    write()
    process = start("script", "run", "mend", NAP="60")
    wait_for_a_run()
    done = cli.invoke(args=["runs", "resume", "1"])
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert done.exit_code == 4
    assert "Busy: Run 1 is running." in done.stderr


def test_the_result_of_a_resumed_run_as_json_stands_alone(
    cli: FlaskCliRunner, write: Write, no: pytest.MonkeyPatch
) -> None:
    write(SLOW_THEN_NO.replace("time.sleep(", "print('a batch')\n        time.sleep("))
    fail(cli)
    no.delenv("NO")
    done = cli.invoke(args=["runs", "resume", "1", "--json"])
    assert done.exit_code == 0
    assert done.stdout.startswith("{")
    assert "a batch" in done.stderr


@pytest.mark.parametrize("number", ["nan", "inf"])
def test_waiting_has_an_end(cli: FlaskCliRunner, number: str) -> None:
    began = time.monotonic()
    assert cli.invoke(args=["runs", "resume", "1", "--wait", number]).exit_code == 2
    assert time.monotonic() - began < 10
