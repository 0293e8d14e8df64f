"""`flask script lint`: exit codes, lines and JSON; the findings themselves are tested with the linter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from tests.script_files import GOOD, put

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_good_scripts_pass(cli: FlaskCliRunner, scripts: Path) -> None:
    put(scripts, "recycle/count.py")
    result = cli.invoke(args=["script", "lint"])
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "0 errors, 0 warnings.\n")
    result = cli.invoke(args=["script", "lint", "--json"])
    assert (result.exit_code, json.loads(result.stdout), result.stderr) == (0, [], "")


def test_warnings_pass_as_well(cli: FlaskCliRunner, scripts: Path) -> None:
    put(scripts, "li/ts_2020_01_01_old.py")
    result = cli.invoke(args=["script", "lint"])
    assert (result.exit_code, result.stderr) == (0, "0 errors, 1 warning.\n")
    assert result.stdout.startswith("offline_script/li/ts_2020_01_01_old.py:1: warning: It is ")


def test_errors_fail(cli: FlaskCliRunner, scripts: Path) -> None:
    put(scripts, "recycle/count_2.py", GOOD.replace("owner", "ower"))
    result = cli.invoke(args=["script", "lint"])
    assert (result.exit_code, result.stderr) == (1, "2 errors, 0 warnings.\n")
    assert [line.split(" ")[:2] for line in result.stdout.splitlines()] == [
        ["offline_script/recycle/count_2.py:1:", "error:"],
        ["offline_script/recycle/count_2.py:5:", "error:"],
    ]
    result = cli.invoke(args=["script", "lint", "--json"])
    assert (result.exit_code, result.stderr) == (1, "")
    assert set(json.loads(result.stdout)[0]) == {"path", "line", "level", "message"}
