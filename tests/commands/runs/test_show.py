"""`flask runs show`: one run, whole, for people and for programs."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskCliRunner

from app.errors import Failed
from app.extensions import db
from app.services import runs
from app.services.runs.channel import channel_of

MORE = ("failures", "log", "moves")  # beside the columns


def test_json_has_every_column_and_times_in_utc(cli: FlaskCliRunner, recorded: int) -> None:
    listed = cli.invoke(args=["runs", "list", "--json"])
    shown = cli.invoke(args=["runs", "show", str(recorded), "--json"])
    assert (listed.exit_code, shown.exit_code) == (0, 0)
    run = json.loads(shown.stdout)
    assert json.loads(listed.stdout) == [{name: run[name] for name in run if name not in MORE}]
    assert run["log"] is None
    assert [(move["state"], move["operator"]) for move in run["moves"]] == [
        ("running", run["operator"]),
        ("succeeded", run["operator"]),
    ]
    assert run["moves"][-1]["hash"] == run["hash"]
    assert run["id"] == recorded
    assert run["rows"] == {"orders": {"inserted": 48210}}
    assert run["arguments"] == {"table": "orders", "password": "***"}
    assert run["started_at"] == "2026-03-07T22:30:00.123456+00:00"
    assert datetime.fromisoformat(run["finished_at"]).utcoffset() == timedelta(0)
    assert "订单" in shown.stdout, "Chinese stays readable"


def test_show_has_a_line_for_every_column(cli: FlaskCliRunner, recorded: int) -> None:
    result = cli.invoke(args=["runs", "show", str(recorded)])
    assert (result.exit_code, result.stderr) == (0, "")
    lines = {line[:15].strip(): line[15:] for line in result.stdout.splitlines() if line[0] != " "}
    assert set(lines) == {*runs.as_dict(runs.get(recorded)), *MORE}
    assert lines["name"] == "june.xlsx → 订单"
    assert lines["rows"] == '{"orders": {"inserted": 48210}}'
    assert lines["error"] == "-"
    assert "hunter2" not in result.stdout
    assert lines["moves"].startswith("running ")
    last = result.stdout.splitlines()[-1]
    assert last.startswith(" " * 15 + "succeeded ")
    assert runs.get(recorded).operator in last


def test_show_tells_how_far_a_run_is_and_when_it_was_last_heard_of(cli: FlaskCliRunner) -> None:
    with runs.recorded("script", "export_order", {}) as run:
        run.done, run.total = 9120, 20000  # its heart tells so too
        channel_of(db.engine, run.folder).tell(run.done, run.total)
        result = cli.invoke(args=["runs", "show", str(run.id)])
    assert result.exit_code == 0
    lines = {line[:15].strip(): line[15:] for line in result.stdout.splitlines()}
    assert lines["progress_done"] == "9,120 of 20,000 (45 %)"
    assert re.search(r"\(0:\d\d ago\)$", lines["heartbeat_at"])


def test_show_says_where_the_files_are(cli: FlaskCliRunner) -> None:
    with runs.recorded("script", "export_order", {}) as run:
        run.folder.make()
        run.folder.log.write_text("订单")
        run.artifacts = [{"name": f"{name}.xlsx", "size": 48210, "sha256": "0" * 64} for name in ("a", "b")]
    result = cli.invoke(args=["runs", "show", str(run.id)])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    first = lines.index(f"artifacts      {run.folder.artifacts / 'a.xlsx'} (48,210 bytes)")
    assert lines[first + 1] == f"               {run.folder.artifacts / 'b.xlsx'} (48,210 bytes)"
    assert f"log            {run.folder.log}" in lines


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
