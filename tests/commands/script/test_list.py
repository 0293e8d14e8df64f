"""`flask script list`: for people and for programs, with a database or without."""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from app.runner.files.naming import dated
from app.services import runs
from tests.conftest import FlaskProcess
from tests.script_files import GOOD, put


def of_yesterday() -> str:
    """Return the name that a script got yesterday."""
    return dated("count", date.today() - timedelta(days=1))


@pytest.fixture
def backend() -> str:
    """Take SQLite: what is printed is the same on every database."""
    return "sqlite"


def test_no_scripts_are_said_so_and_are_an_empty_list(cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["script", "list"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "No scripts yet. Write one with: flask script new NAME\n"
    result = cli.invoke(args=["script", "list", "--json"])
    assert (result.exit_code, json.loads(result.stdout), result.stderr) == (0, [], "")
    result = cli.invoke(args=["script", "list", "--stale"])
    assert (result.exit_code, result.stderr) == (0, "No script is stale.\n")


def test_a_line_has_what_one_asks_first(cli: FlaskCliRunner, scripts: Path) -> None:
    put(scripts, "recycle/count.py", GOOD.replace('"li"', '"li", run_once=True, read_only=True'))
    put(scripts, f"li/{of_yesterday()}.py", GOOD.replace("Count", "Count all"))
    with runs.recorded("script", "count", {}, details=runs.Details(dry_run=True, script_id="count")):
        pass
    result = cli.invoke(args=["script", "list"])
    assert (result.exit_code, result.stderr) == (0, "")
    headers, _rule, temporary, reusable = result.stdout.splitlines()
    assert headers.split() == ["SCRIPT", "WHERE", "OWNER", "LAST", "RUN", "WHEN", "AGE", "ABOUT"]
    assert temporary.split() == [of_yesterday(), "li", "li", "1", "d", "Count", "all", "things."]
    assert reusable.split()[:6] == ["count", "recycle", "li", "dry", "run", "today"]
    assert reusable.rstrip().endswith("once only · reads only · Count things.")


def test_json_has_it_for_programs(cli: FlaskCliRunner, scripts: Path) -> None:
    put(scripts, "recycle/count.py", GOOD.replace('"li"', '"li", id="counting"'))
    with runs.recorded("script", "count", {}, details=runs.Details(script_id="counting")) as run:
        run.rows = {"orders": {"updated": 2}}
    result = cli.invoke(args=["script", "list", "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    (script,) = json.loads(result.stdout)
    last = script.pop("last_run")
    assert script == {
        "name": "count",
        "folder": "recycle",
        "path": "offline_script/recycle/count.py",
        "summary": "Count things.",
        "owner": "li",
        "id": "counting",
        "run_once": False,
        "read_only": False,
        "retired": False,
        "temporary": False,
        "age_days": None,
        "stale": False,
        "problem": None,
    }
    assert (last["id"], last["state"], last["rows"]) == (run.id, "succeeded", {"orders": {"updated": 2}})
    assert last["started_at"].endswith("+00:00")


def test_stale_lists_only_old_temporary_scripts(cli: FlaskCliRunner, scripts: Path) -> None:
    for path in (
        f"li/{of_yesterday()}.py",
        "li/ts_2020_01_01_old.py",
        "recycle/count.py",
        "unrecycle/ts_2020_01_01_b.py",
    ):
        put(scripts, path)
    result = cli.invoke(args=["script", "list", "--stale", "--json"])
    assert result.exit_code == 0
    assert [script["name"] for script in json.loads(result.stdout)] == ["ts_2020_01_01_old"]


def test_a_broken_script_is_listed_with_its_problem_and_others_stay(cli: FlaskCliRunner, scripts: Path) -> None:
    put(scripts, "recycle/broken.py", "def main(:\n")
    put(scripts, "recycle/count.py")
    result = cli.invoke(args=["script", "list"])
    assert result.exit_code == 0
    broken, good = result.stdout.splitlines()[2:]
    assert "(broken) It is no valid Python: invalid syntax." in broken
    assert good.rstrip().endswith("Count things.")
    listed = json.loads(cli.invoke(args=["script", "list", "--json"]).stdout)
    assert listed[0]["problem"] == "It is no valid Python: invalid syntax."


def test_scripts_are_not_run_and_cannot_write_to_the_terminal(cli: FlaskCliRunner, scripts: Path) -> None:
    put(scripts, "recycle/count.py", GOOD.replace("Count", "\x1b[2JCount") + "open('ran', 'w')\n")
    result = cli.invoke(args=["script", "list"])
    assert (result.exit_code, "\x1b" in result.output) == (0, False)
    assert not (scripts.parent / "ran").exists()


def test_without_a_database_scripts_are_listed_all_the_same(scripts: Path, flask_process: FlaskProcess) -> None:
    put(scripts, "recycle/count.py")
    nowhere = {**os.environ, "DATABASE_URL": "mysql+pymysql://root@127.0.0.1:1/nothing"}
    result = flask_process("script", "list", env=nowhere)
    assert result.returncode == 0
    assert result.stderr.startswith("The last runs are unknown. Nothing answers at nothing@127.0.0.1:1")
    assert result.stdout.splitlines()[2].split()[:4] == ["count", "recycle", "li", "?"]
    result = flask_process("script", "list", "--json", env=nowhere)
    assert (result.returncode, json.loads(result.stdout)[0]["last_run"]) == (0, None)
