"""The connection goes at the worst moments: in the middle of LOAD DATA, before COMMIT, and after it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from app.services import runs
from app.services.runs import committing
from tests.faults.checked import check_all_or_none, state_of
from tests.faults.conftest import ROWS, Target, target
from tests.faults.proxy import CUT_AFTER, CUT_BEFORE, CUT_WITHIN, LOSE_ANSWER, PASS, Proxy, Rule, Talk, proxied

pytestmark = pytest.mark.parametrize("backend", ["mysql"], indirect=True)

# Rows go straight into the table, or by a stage.
modes = pytest.mark.parametrize("mode", ["insert", "upsert"])

Through = Callable[..., tuple[Result, Proxy]]


def at_commit(action: str, of: bytes) -> Rule:
    """Return the rule that does this to the COMMIT of the connection that has sent a statement."""
    return lambda talk, payload: action if payload[1:] == b"COMMIT" and talk.has_sent(of) else PASS


def at_query(action: str, text: bytes) -> Rule:
    """Return the rule that does this to a query."""
    return lambda _talk, payload: action if payload[:1] == b"\x03" and text in payload else PASS


def within_rows(action: str) -> Rule:
    """Return the rule that does this to the first packet of rows."""

    def rule(talk: Talk, _payload: bytes) -> str:
        is_row = bool(talk.queries) and b"LOAD DATA" in talk.queries[-1] and talk.packets == 1
        return action if is_row else PASS

    return rule


@pytest.fixture
def many(app: Flask) -> Target:
    """Make the target."""
    return target()


@pytest.fixture
def through(app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Through:
    """Run a command whose connections go through a proxy with this rule; give its result and the proxy."""

    def run(rule: Rule, *args: str, close_for_good: bool = False) -> tuple[Result, Proxy]:
        with proxied(database_url, rule, close_for_good) as (url, proxy):
            monkeypatch.setenv("DATABASE_URL", url)
            another = create_app("testing")
            with another.app_context():
                from app.extensions import db

                result = another.test_cli_runner().invoke(args=list(args))
                db.session.remove()
                db.engine.dispose()
            return result, proxy

    return run


def one_sentence(result: Result) -> str:
    """Return what was said on stderr, from the error on; no traceback."""
    assert "Traceback" not in result.stderr
    said = result.stderr[result.stderr.index("Error: ") :]
    assert said.count("\n") <= 2, said
    return said


@pytest.mark.parametrize(
    "rule",
    [
        within_rows(CUT_BEFORE),
        within_rows(CUT_WITHIN),
        within_rows(CUT_AFTER),
        at_query(CUT_BEFORE, b"LOAD DATA"),
        at_query(LOSE_ANSWER, b"SHOW COUNT(*) WARNINGS"),
        at_query(CUT_AFTER, b"run_moves"),
    ],
    ids=["before rows", "within rows", "after rows", "before LOAD DATA", "in the check", "in the ledger"],
)
def test_lost_while_it_loads_nothing_is_written(many: Target, through: Through, workbook: Path, rule: Rule) -> None:
    only_load = with_connection_of(b"LOAD DATA", rule)
    result, proxy = through(only_load, "import-excel", str(workbook), "many")
    assert (result.exit_code, proxy.cuts) == (1, 1), result.stderr
    assert "The connection to" in one_sentence(result)
    assert check_all_or_none(many.before, many.after).state == "failed"


def with_connection_of(text: bytes, rule: Rule) -> Rule:
    """Return the rule, for the connection alone that sends this statement."""
    return lambda talk, payload: rule(talk, payload) if talk.has_sent(text) else PASS


@modes
def test_lost_before_commit_nothing_is_written_and_it_says_so(
    many: Target, through: Through, workbook: Path, mode: str
) -> None:
    args = ("import-excel", str(workbook), "many", "--mode", mode)
    result, proxy = through(at_commit(CUT_BEFORE, b"LOAD DATA"), *args)
    assert (result.exit_code, proxy.cuts) == (1, 1), result.stderr
    assert "was lost during COMMIT, which was not carried out: all is as it was." in one_sentence(result)
    assert check_all_or_none(many.before, many.after).state == "failed"


@modes
def test_commit_whose_answer_is_lost_is_a_success(many: Target, through: Through, workbook: Path, mode: str) -> None:
    args = ("import-excel", str(workbook), "many", "--mode", mode)
    result, proxy = through(at_commit(LOSE_ANSWER, b"LOAD DATA"), *args)
    assert (result.exit_code, proxy.cuts) == (0, 1), result.stderr
    assert f"Imported {ROWS:,} rows into many" in result.stderr
    assert check_all_or_none(many.before, many.after).state == "succeeded"


def test_commit_that_is_sent_as_the_connection_goes_is_all_or_nothing(
    many: Target, through: Through, workbook: Path
) -> None:
    result, proxy = through(at_commit(CUT_AFTER, b"LOAD DATA"), "import-excel", str(workbook), "many")
    assert proxy.cuts == 1
    run = check_all_or_none(many.before, many.after)
    assert (result.exit_code, run.state) in ((0, "succeeded"), (1, "failed"))


@pytest.mark.parametrize(("action", "state"), [(CUT_BEFORE, "lost"), (LOSE_ANSWER, "succeeded")])
def test_where_the_database_stays_away_the_run_tells_afterwards(
    many: Target, through: Through, workbook: Path, action: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "ASK_FOR_S", 1.0)
    rule = at_commit(action, b"LOAD DATA")
    result, _ = through(rule, "import-excel", str(workbook), "many", close_for_good=True)
    assert result.exit_code == 1, result.stderr
    said = one_sentence(result)
    assert "was lost during COMMIT: nobody knows yet whether it was carried out" in said
    run = check_all_or_none(many.before, many.after)
    assert run.state == state
    assert f"flask runs show {run.id}" in said


@pytest.mark.parametrize(("action", "code"), [(CUT_BEFORE, 1), (LOSE_ANSWER, 0)])
def test_a_table_that_was_made_goes_only_if_nothing_was_written(
    app: Flask, through: Through, workbook: Path, action: str, code: int
) -> None:
    args = ("import-excel", str(workbook), "made", "--create", "--yes")
    result, proxy = through(at_commit(action, b"LOAD DATA"), *args)
    assert (result.exit_code, proxy.cuts) == (code, 1), result.stderr
    if code == 0:
        assert state_of("made").rows == ROWS
    else:
        assert "made" not in tables()


def tables() -> list[str]:
    """Return the names of the database's tables."""
    import sqlalchemy as sa

    from app.extensions import db

    return sa.inspect(db.engine).get_table_names()


@pytest.mark.parametrize(("action", "code", "state"), [(CUT_BEFORE, 1, "failed"), (LOSE_ANSWER, 0, "succeeded")])
def test_an_undo_is_resolved_like_an_import(
    many: Target, through: Through, workbook: Path, action: str, code: int, state: str
) -> None:
    result, _ = through(lambda *_: PASS, "import-excel", str(workbook), "many")
    assert result.exit_code == 0, result.stderr
    undo = ("runs", "undo", str(runs.newest(1)[0].id), "--yes")
    result, proxy = through(at_commit(action, b"DELETE t FROM"), *undo)
    assert (result.exit_code, proxy.cuts) == (code, 1), result.stderr
    assert runs.newest(1)[0].state == state
    assert state_of("many") == (many.before if state == "succeeded" else many.after)
    assert runs.verify().problems == []
