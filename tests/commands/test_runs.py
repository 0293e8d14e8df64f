"""`flask runs`: the ledger, for people and for programs."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskCliRunner

from app.errors import Failed
from app.models.base import utc_now
from app.services import runs
from tests.conftest import FlaskProcess

STARTED = datetime(2026, 3, 7, 22, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def recorded(cli: FlaskCliRunner) -> int:
    """Record an import that went well and give its id."""
    with runs.recorded("import", "june.xlsx → 订单", {"table": "orders", "password": "hunter2"}, STARTED) as run:
        run.rows = {"orders": {"inserted": 48210}}
    return run.id


def test_an_empty_ledger_says_so_on_stderr(cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["runs", "list"])
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "No runs yet.\n")
    result = cli.invoke(args=["runs", "list", "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_list_shows_what_happened(cli: FlaskCliRunner, recorded: int) -> None:
    result = cli.invoke(args=["runs", "list"])
    assert (result.exit_code, result.stderr) == (0, "")
    headers, _rule, row = result.stdout.splitlines()
    assert headers.split() == ["RUN", "WHAT", "STATE", "WHO", "STARTED", "TIME", "ROWS"]
    assert row.split()[:5] == [str(recorded), "import", "june.xlsx", "→", "订单"]
    assert "succeeded" in row
    assert row.rstrip().endswith("48,210 inserted")


def test_the_newest_comes_first_and_limit_cuts(cli: FlaskCliRunner, recorded: int) -> None:
    with runs.recorded("user", "create-user li", {}):
        pass
    with pytest.raises(ValueError, match="no"), runs.recorded("initdb", "shop", {}):
        raise ValueError("no")
    both = json.loads(cli.invoke(args=["runs", "list", "--json", "--limit", "2"]).stdout)
    assert [(run["name"], run["state"], run["error"]) for run in both] == [
        ("shop", "failed", "Unexpected ValueError: no"),
        ("create-user li", "succeeded", None),
    ]
    assert cli.invoke(args=["runs", "list", "--limit", "0"]).exit_code == 2


def test_json_has_every_column_and_times_in_utc(cli: FlaskCliRunner, recorded: int) -> None:
    listed = cli.invoke(args=["runs", "list", "--json"])
    shown = cli.invoke(args=["runs", "show", str(recorded), "--json"])
    assert (listed.exit_code, shown.exit_code) == (0, 0)
    run = json.loads(shown.stdout)
    assert json.loads(listed.stdout) == [run]
    assert run["id"] == recorded
    assert run["rows"] == {"orders": {"inserted": 48210}}
    assert run["arguments"] == {"table": "orders", "password": "***"}
    assert run["started_at"] == "2026-03-07T22:30:00.123456+00:00"
    assert datetime.fromisoformat(run["finished_at"]).utcoffset() == timedelta(0)
    assert "订单" in shown.stdout, "Chinese stays readable"


def test_show_has_a_line_for_every_column(cli: FlaskCliRunner, recorded: int) -> None:
    result = cli.invoke(args=["runs", "show", str(recorded)])
    assert (result.exit_code, result.stderr) == (0, "")
    lines = {line[:15].strip(): line[15:] for line in result.stdout.splitlines()}
    assert set(lines) == set(runs.as_dict(runs.get(recorded)))
    assert lines["name"] == "june.xlsx → 订单"
    assert lines["rows"] == '{"orders": {"inserted": 48210}}'
    assert lines["error"] == "-"
    assert "hunter2" not in result.stdout


def test_the_ledger_shows_what_a_terminal_would_obey(cli: FlaskCliRunner) -> None:
    evil = Failed("2 rows:\n  a\x1b[2J")
    with pytest.raises(Failed), runs.recorded("import", "a\x1b[2J\nb.xlsx → goods", {"file": "\x9b"}) as run:
        raise evil
    listed, shown = cli.invoke(args=["runs", "list"]), cli.invoke(args=["runs", "show", str(run.id)])
    assert (listed.exit_code, shown.exit_code) == (0, 0)
    assert "import a�[2J⏎b.xlsx → goods" in listed.stdout
    lines = shown.stdout.splitlines()
    assert "name           a�[2J⏎b.xlsx → goods" in lines
    assert 'arguments      {"file": "�"}' in lines
    place = lines.index("error          2 rows:")
    assert lines[place + 1] == "  a�[2J"


@pytest.mark.parametrize("run_id", ["99", str(2**31 - 1)])
def test_an_unknown_run_is_an_error(run_id: str, cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["runs", "show", run_id])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: There is no run {run_id}.\nSee them with: flask runs list\n"


@pytest.mark.parametrize("run_id", ["last", "0", str(2**70)])
def test_an_id_is_a_number_that_the_database_can_hold(run_id: str, cli: FlaskCliRunner) -> None:
    assert cli.invoke(args=["runs", "show", run_id]).exit_code == 2


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_list_shows_times_of_the_operators_zone(
    cli: FlaskCliRunner, recorded: int, flask_process: FlaskProcess
) -> None:
    with runs.recorded("user", "create-user li", {}, utc_now()) as run:
        pass
    result = flask_process("runs", "list", env={**os.environ, "TZ": "Asia/Shanghai"})
    assert (result.returncode, result.stderr) == (0, "")
    new, old = result.stdout.splitlines()[2:]
    assert "2026-03-08 06:30" in old
    local = runs.get(run.id).started_at + timedelta(hours=8)
    assert f"today {local:%H:%M}" in new


def test_a_run_that_goes_on_has_no_time_yet(cli: FlaskCliRunner) -> None:
    with runs.recorded("import", "june.xlsx", {}):
        result = cli.invoke(args=["runs", "list"])
    assert result.exit_code == 0
    assert "running" in result.stdout
    assert " s" not in result.stdout.splitlines()[2].partition("running")[2]
