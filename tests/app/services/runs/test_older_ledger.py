"""A ledger from before the chain, brought to head: its runs are kept, shown, and counted as what they are."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner
from flask_migrate import upgrade

from app.extensions import db
from app.services import runs
from app.services.runs import stopping
from tests.app.services.runs.ledgers import new_run

BEFORE = "8a3a07914713"
# id, state: as a process left them then; one was killed.
OLDER = ((1, "running"), (2, "succeeded"), (3, "failed"), (4, "succeeded"))


@pytest.fixture
def upgraded(empty_app: Flask) -> Flask:
    """Give an application whose ledger began before the chain."""
    upgrade(revision=BEFORE)
    row = sa.text(
        "INSERT INTO runs (id, kind, name, state, operator, host, pid, arguments, started_at, `rows`)"
        " VALUES (:id, 'import', 'june.xlsx → 订单', :state, 'li@ops1', 'ops1', 7, '{\"table\": \"orders\"}',"
        " '2026-11-20 06:02:00.000000', '{\"orders\": {\"inserted\": 48210}}')"
    )
    with db.engine.begin() as connection:
        connection.execute(row, [{"id": run_id, "state": state} for run_id, state in OLDER])
    upgrade()
    return empty_app


def test_older_runs_are_counted_and_shown(upgraded: Flask) -> None:
    cli: FlaskCliRunner = upgraded.test_cli_runner()
    first = cli.invoke(args=["runs", "verify"])
    assert first.exit_code == 0
    assert first.stdout.startswith("Verified 4 runs (4 from before the chain, which it does not cover) and 1 move.")
    listed = cli.invoke(args=["runs", "list", "--json"])
    states = {run["id"]: run["state"] for run in json.loads(listed.stdout)}
    assert (listed.exit_code, states) == (0, {**dict(OLDER), 1: "lost"})
    shown = cli.invoke(args=["runs", "show", "2"])
    assert shown.exit_code == 0
    assert "name           june.xlsx → 订单" in shown.stdout.splitlines()
    assert "moves          -" in shown.stdout.splitlines()


def test_older_runs_that_are_moved_now_are_no_problem(upgraded: Flask) -> None:
    assert runs.get(1).state == "lost"
    done = runs.verify()
    assert (done.problems, done.older, done.moves) == ([], 3, 2)
    stopping.ask(3, "cancel")
    new_run()
    done = runs.verify()
    assert (done.problems, done.older, done.moves) == ([], 2, 4)


@pytest.mark.parametrize("run_id", [-1, 6])
def test_a_forged_run_is_not_taken_for_an_older_one(run_id: int, upgraded: Flask) -> None:
    new_run()
    with db.engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE runs SET id = {run_id} WHERE id = 4"))
    assert [problem.run_id for problem in runs.verify().problems] == [run_id]
