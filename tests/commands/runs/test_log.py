"""`flask runs log`: what a run printed and logged."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from app.services import runs
from tests.conftest import ROOT

# A run that goes on until it is told to end: it says so in its log, waits for a line on stdin, and says it again.
TALKER = """
import sys
from app import create_app
from app.services import runs
with create_app("testing").app_context(), runs.recorded("script", "talker", {}) as run:
    run.folder.make()
    with run.folder.log.open("a", encoding="utf-8") as log:
        print("begun 订单", file=log, flush=True)
        print(run.id, flush=True)
        sys.stdin.readline()
        print("ended 订单", end="", file=log, flush=True)
"""


def talker() -> tuple[subprocess.Popen[str], int]:
    """Start the run, and return its process and its id once it goes on."""
    process = subprocess.Popen(
        [sys.executable, "-c", TALKER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def follower(run_id: int, *how: str) -> subprocess.Popen[str]:
    """Start `flask runs log --follow`."""
    command = [sys.executable, str(ROOT / "manage.py"), "runs", "log", str(run_id), *how]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_log_is_printed_plain(cli: FlaskCliRunner) -> None:
    with runs.recorded("script", "export_order", {}) as run:
        run.folder.make()
        run.folder.log.write_bytes("订单 1\nevil \x1b[2J\r\nhalf \xe8".encode("utf-8", "replace") + b"\xe8\xae")
    result = cli.invoke(args=["runs", "log", str(run.id)])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "订单 1\nevil �[2J\nhalf è�\n"


@pytest.mark.parametrize("how", [[], ["--follow"]])
def test_no_log_is_said_on_stderr(how: list[str], cli: FlaskCliRunner, recorded: int) -> None:
    result = cli.invoke(args=["runs", "log", str(recorded), *how])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"Run {recorded} left no log.\n"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_log_elsewhere_is_said_to_be_there(
    cli: FlaskCliRunner, recorded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "another")
    result = cli.invoke(args=["runs", "log", str(recorded)])
    assert result.exit_code == 0
    assert result.stderr == f"Run {recorded} has no log here; it ran on {runs.get(recorded).host}: look there.\n"


def test_following_ends_with_the_run_and_loses_nothing(cli: FlaskCliRunner) -> None:
    run, run_id = talker()
    reader = follower(run_id, "--follow")
    assert reader.stdout is not None
    assert reader.stdout.readline() == "begun 订单\n"
    out, _ = run.communicate("go\n", timeout=60)
    out, err = reader.communicate(timeout=60)
    assert (reader.returncode, out, err) == (0, "ended 订单\n", "")
    assert runs.get(run_id).state == "succeeded"


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_following_ends_when_the_process_was_killed(cli: FlaskCliRunner) -> None:
    run, run_id = talker()
    reader = follower(run_id, "-f")
    assert reader.stdout is not None
    assert reader.stdout.readline() == "begun 订单\n"
    run.kill()
    run.communicate()
    out, err = reader.communicate(timeout=60)
    assert (reader.returncode, out, err) == (0, "", "")
    assert runs.get(run_id).state == "lost"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_ctrl_c_ends_the_following_and_not_the_run(cli: FlaskCliRunner) -> None:
    run, run_id = talker()
    reader = follower(run_id, "--follow")
    assert reader.stdout is not None
    assert reader.stdout.readline()
    reader.send_signal(2)
    assert reader.wait(timeout=60) == 130
    reader.communicate()
    assert runs.get(run_id).state == "running"
    run.communicate("go\n", timeout=60)
    assert runs.get(run_id).state == "succeeded"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_long_log_goes_through_a_pipe_that_closes(cli: FlaskCliRunner, tmp_path: Path) -> None:
    with runs.recorded("script", "export_order", {}) as run:
        run.folder.make()
        run.folder.log.write_text("订单\n" * 50_000, encoding="utf-8")
    reader = follower(run.id)
    assert reader.stdout is not None
    assert reader.stderr is not None
    assert reader.stdout.readline() == "订单\n"
    reader.stdout.close()
    assert "Traceback" not in reader.stderr.read()
    reader.stderr.close()
    started = time.monotonic()
    reader.wait(timeout=60)
    assert time.monotonic() - started < 10
    assert cli.invoke(args=["runs", "log", str(run.id)]).stdout.count("订单\n") == 50_000
