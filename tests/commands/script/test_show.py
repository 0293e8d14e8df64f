"""`flask script show`: one script, whole."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from app.services import runs
from tests.script_files import GOOD, put

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
SOURCE = GOOD.replace('"li"', '"li", id="counting", timeout=2 * 60, read_only=True').replace(
    "\ndef main(run)", '\n@click.option("--city", required=True, help="Of this city.")\ndef main(run, city)'
)


@pytest.fixture
def script(scripts: Path, cli: FlaskCliRunner) -> Path:
    """Give a script that ran seven times."""
    for _ in range(7):
        with runs.recorded("script", "count", {}, details=runs.Details(script_id="counting")) as run:
            run.rows = {"orders": {"updated": 3}}
    return put(scripts, "recycle/count.py", SOURCE)


@pytest.mark.parametrize("name", ["count", "recycle/count", "offline_script/recycle/count.py"])
def test_it_shows_the_script_and_its_help(name: str, script: Path, cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["script", "show", name])
    assert (result.exit_code, result.stderr) == (0, "")
    lines = {line[:12].strip(): line[12:] for line in result.stdout.splitlines()}
    assert lines["path"] == "offline_script/recycle/count.py"
    assert (lines["owner"], lines["id"], lines["timeout"], lines["read only"]) == ("li", "counting", "120", "yes")
    assert lines["sha256"] == hashlib.sha256(script.read_bytes()).hexdigest()
    assert lines["last runs"].split()[:2] == ["7", "succeeded"]
    assert lines["last runs"].endswith("3 updated")
    assert sum("3 updated" in line for line in result.stdout.splitlines()) == 5
    assert "Usage: flask script run count [OPTIONS]" in result.stdout
    assert "Of this city." in result.stdout


def test_json_has_the_parameters_and_five_runs(script: Path, cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["script", "show", "count", "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    shown = json.loads(result.stdout)
    assert (shown["id"], shown["timeout"], shown["help"], shown["problem"]) == ("counting", 120, "Count things.", None)
    assert [run["id"] for run in shown["runs"]] == [7, 6, 5, 4, 3]
    (city,) = shown["parameters"]
    assert (city["name"], city["label"], city["required"], city["help"]) == ("city", "--city", True, "Of this city.")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("def main(:\n", "line 1: It is no valid Python: invalid syntax."),
        (f"import nothing_like_it\n{GOOD}", "No module named 'nothing_like_it'"),
    ],
)
def test_a_broken_script_is_shown_with_its_problem(
    source: str, problem: str, scripts: Path, cli: FlaskCliRunner
) -> None:
    put(scripts, "recycle/count.py", source)
    result = cli.invoke(args=["script", "show", "count"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert problem in result.stdout
    shown = json.loads(cli.invoke(args=["script", "show", "count", "--json"]).stdout)
    assert problem in shown["problem"]
    assert shown["parameters"] is None


def test_what_a_script_prints_while_it_is_loaded_is_no_data(scripts: Path, cli: FlaskCliRunner) -> None:
    put(scripts, "recycle/count.py", GOOD + "print('loud')\n")
    result = cli.invoke(args=["script", "show", "count", "--json"])
    assert (result.exit_code, json.loads(result.stdout)["name"]) == (0, "count")
    assert result.stderr == "loud\n"


def test_an_unknown_script_is_an_error(script: Path, cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["script", "show", "cuont"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == 'Error: There is no script "cuont".\nDid you mean "count"?\n'
