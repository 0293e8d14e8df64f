"""`flask runs verify`: what it prints, and its exit code."""

from __future__ import annotations

import json

from flask.testing import FlaskCliRunner
from sqlalchemy import text

from app.extensions import db
from app.services import runs


def sql(statement: str) -> None:
    """Change the ledger behind its back."""
    with db.engine.begin() as connection:
        connection.execute(text(statement))


def test_an_untouched_ledger_has_a_head_to_keep(cli: FlaskCliRunner, recorded: int) -> None:
    result = cli.invoke(args=["runs", "verify"])
    assert result.exit_code == 0
    said, head = result.stdout.splitlines()
    assert said == "Verified 1 run and 3 moves."
    assert head == f"Head 3:{runs.get(recorded).hash}"
    assert f"flask runs verify --head {head.removeprefix('Head ')}" in result.stderr
    again = cli.invoke(args=["runs", "verify", "--head", head.removeprefix("Head "), "--json"])
    assert again.exit_code == 0
    done = json.loads(again.stdout)
    assert done == {"moves": 3, "runs": 1, "older": 0, "head": head.removeprefix("Head "), "problems": []}


def test_problems_name_the_run_and_end_in_1(cli: FlaskCliRunner, recorded: int) -> None:
    sql("UPDATE runs SET operator = 'nobody'")
    result = cli.invoke(args=["runs", "verify"])
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1].split()[:3] == [str(recorded), "Run", str(recorded)]
    assert "Head" not in result.stdout, "nobody should keep the head of a ledger that is wrong"
    assert result.stderr == "1 problem: the ledger is not what was written.\n"
    again = cli.invoke(args=["runs", "verify", "--json"])
    assert again.exit_code == 1
    assert [problem["run_id"] for problem in json.loads(again.stdout)["problems"]] == [recorded]


def test_a_cut_end_is_found_by_the_head(cli: FlaskCliRunner, recorded: int) -> None:
    head = runs.verify().head
    sql("DELETE FROM run_moves WHERE id > 1")
    sql("DELETE FROM runs")
    assert cli.invoke(args=["runs", "verify"]).exit_code == 0, "nothing in the database tells"
    result = cli.invoke(args=["runs", "verify", "--head", head])
    assert result.exit_code == 1
    assert "The chain ends at move 1; the head given is 3." in result.stdout


def test_a_head_that_is_none_is_wrong_usage(cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["runs", "verify", "--head", "41"])
    assert (result.exit_code, result.stdout) == (2, "")
