"""`flask runs list`: the newest runs, for people and for programs."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from app.errors import Failed
from app.extensions import db
from app.models.base import utc_now
from app.models.run import MOVES
from app.services import runs
from app.services.runs.channel import channel_of
from commands.runs.list import STATES
from tests.conftest import FlaskProcess


def record(kind: str, name: str, started_at: datetime | None = None, **details: bool) -> int:
    """Record a run that goes well, and return its id."""
    with runs.recorded(kind, name, {}, started_at, runs.Details(**details)) as run:
        run.rows = {"orders": {"inserted": 0, "updated": 318}}
    return run.id


def ids(cli: FlaskCliRunner, *options: str) -> list[int]:
    """Return the ids that are listed, the newest first."""
    result = cli.invoke(args=["runs", "list", "--json", *options])
    assert result.exit_code == 0, result.stderr
    return [run["id"] for run in json.loads(result.stdout)]


def test_the_states_are_the_models() -> None:
    assert tuple(MOVES) == STATES


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


def test_conditions_are_met_together(cli: FlaskCliRunner) -> None:
    old = record("import", "june_100%.xlsx → orders", utc_now() - timedelta(hours=5))
    dry = record("script", "flush_order_data", dry_run=True)
    with pytest.raises(Failed), runs.recorded("script", "flush_order_data", {}):
        raise Failed("No.")
    failed = dry + 1
    assert ids(cli) == [failed, dry, old]
    assert ids(cli, "--kind", "script") == [failed, dry]
    assert ids(cli, "--name", "order") == [failed, dry, old]
    assert ids(cli, "--name", "0%") == [old], "a text, not a pattern"
    assert ids(cli, "--state", "failed") == [failed]
    assert ids(cli, "--since", "2h") == [failed, dry]
    assert ids(cli, "--dry-run") == [dry]
    assert ids(cli, "--no-dry-run", "--kind", "script") == [failed]
    assert ids(cli, "--operator", runs.get(old).operator) == [failed, dry, old]
    assert ids(cli, "--operator", "nobody") == []


def test_nothing_that_fits_is_not_an_empty_ledger(cli: FlaskCliRunner, recorded: int) -> None:
    result = cli.invoke(args=["runs", "list", "--kind", "script"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "No run fits. All of them: flask runs list\n"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "2y", "", "999999w"])
def test_a_moment_that_is_none_is_wrong_usage(since: str, cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["runs", "list", "--since", since])
    assert result.exit_code == 2
    assert f'"{since}" is no date, time or span' in result.stderr


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_times_are_given_and_shown_in_the_operators_zone(
    cli: FlaskCliRunner, recorded: int, flask_process: FlaskProcess
) -> None:
    with runs.recorded("user", "create-user li", {}, utc_now()) as run:
        pass
    env = {**os.environ, "TZ": "Asia/Shanghai"}
    result = flask_process("runs", "list", "--since", "2026-03-08 06:30", env=env)  # 22:30 UTC, the day before
    assert (result.returncode, result.stderr) == (0, "")
    new, old = result.stdout.splitlines()[2:]
    assert "2026-03-08 06:30" in old
    local = runs.get(run.id).started_at + timedelta(hours=8)
    assert f"today {local:%H:%M}" in new
    later = flask_process("runs", "list", "--json", "--since", "2026-03-08 06:31", env=env)
    assert [row["id"] for row in json.loads(later.stdout)] == [run.id]


def test_a_run_that_goes_on_shows_its_time_and_how_far_it_is(cli: FlaskCliRunner) -> None:
    with runs.recorded("script", "export_order", {}, utc_now() - timedelta(seconds=41)) as run:
        run.done, run.total = 9120, 20000  # its heart tells so too
        channel_of(db.engine, run.folder).tell(run.done, run.total)
        result = cli.invoke(args=["runs", "list"])
    assert result.exit_code == 0
    state, rest = result.stdout.splitlines()[2].split("running")
    assert "export_order" in state
    assert re.search(r"0:(4[1-9]|5\d)", rest)
    assert rest.rstrip().endswith("9,120 of 20,000 (45 %)")


def test_a_run_that_stopped_on_its_way_shows_how_far_it_came(cli: FlaskCliRunner) -> None:
    with pytest.raises(KeyboardInterrupt), runs.recorded("script", "export_order", {}) as run:
        run.done, run.total, run.ending = 58, 1000, "paused"
        raise KeyboardInterrupt
    row = cli.invoke(args=["runs", "list"]).stdout.splitlines()[2]
    assert "paused" in row
    assert row.rstrip().endswith("58 of 1,000 (5 %)")


def test_a_dry_run_says_that_it_was_one(cli: FlaskCliRunner) -> None:
    record("script", "flush_order_data", dry_run=True)
    row = cli.invoke(args=["runs", "list"]).stdout.splitlines()[2]
    assert "dry run" in row
    assert row.rstrip().endswith("318 would change")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_runs_whose_folders_are_someone_elses_are_listed(cli: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    with runs.recorded("import", "june.xlsx", {}) as run:
        run.folder.make()

        def forbidden(path: Path, *_args: object, **_settings: object) -> str:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "read_text", forbidden)  # tests may run as root, who may read everything
        assert ids(cli) == [run.id]


def test_elapsed_time_has_hours(cli: FlaskCliRunner) -> None:
    record("import", "june.xlsx", datetime.now(UTC) - timedelta(hours=2, minutes=3, seconds=4))
    assert "2:03:0" in cli.invoke(args=["runs", "list"]).stdout
