"""The ledger: a run is opened before the act and closed after it, whatever happens."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from app.errors import Failed, Invalid, NotFound
from app.extensions import db
from app.runner import locks
from app.services import runs


def test_a_run_is_on_record_while_it_goes_on_and_after(app: Flask) -> None:
    with runs.recorded("import", "june.xlsx → orders", {"table": "orders"}) as run:
        assert runs.get(run.id).state == "running"
        run.rows["orders"] = {"inserted": 3}
    row = runs.get(run.id)
    assert (row.state, row.rows, row.error) == ("succeeded", {"orders": {"inserted": 3}}, None)
    assert row.finished_at is not None
    assert row.finished_at >= row.started_at
    assert "@" in row.operator
    assert row.pid > 0
    assert row.git_commit is None or len(row.git_commit) == 40


@pytest.mark.parametrize(
    ("error", "state"),
    [(Invalid("14 rows cannot be loaded."), "failed"), (KeyboardInterrupt(), "cancelled"), (ValueError("x"), "failed")],
)
def test_a_run_that_ends_badly_says_so(app: Flask, error: BaseException, state: str) -> None:
    with pytest.raises(type(error)), runs.recorded("import", "june.xlsx", {}) as run:
        raise error
    row = runs.get(run.id)
    assert row.state == state
    assert row.error


def test_a_run_whose_lock_is_gone_is_lost_whatever_its_process_says(app: Flask) -> None:
    """As when the server has been restarted: whoever finds the run free may have taken it up already."""
    lock = locks.acquire(db.engine, "mend")
    assert lock is not None
    with pytest.raises(ZeroDivisionError), runs.recorded("import", "june", {}, lock=lock):
        lock.release()
        raise ZeroDivisionError
    (run,) = runs.newest(1)
    assert (run.state, (run.error or "")[:17]) == ("lost", "Its process ended")


def test_the_row_survives_a_rollback_of_the_act(app: Flask) -> None:
    with pytest.raises(ValueError, match="no"), runs.recorded("import", "june.xlsx", {}) as run:
        db.session.execute(text("SELECT 1"))
        db.session.rollback()
        raise ValueError("no")
    assert runs.get(run.id).state == "failed"


def test_secrets_do_not_reach_the_ledger(app: Flask) -> None:
    arguments = {"password": "correct horse", "url": "mysql://u:hunter2@h/d", "nested": [{"api_key": "k"}], "n": 3}
    with runs.recorded("user", "x", arguments) as run:
        pass
    kept = runs.get(run.id).arguments
    assert kept == {"password": "***", "url": "mysql://u:***@h/d", "nested": [{"api_key": "***"}], "n": 3}


def test_what_no_database_can_keep_is_kept_escaped(app: Flask) -> None:
    arguments = {"file": "b\udcffd.xlsx", "rate": float("nan")}
    with pytest.raises(ValueError, match="b"), runs.recorded("import", "b\udcffd.xlsx → 订单", arguments) as run:
        raise ValueError("b\udcffd")
    row = runs.get(run.id)
    assert (row.state, row.name) == ("failed", "b\\udcffd.xlsx → 订单")
    assert row.arguments == {"file": "b\\udcffd.xlsx", "rate": "nan"}
    assert row.error == "Unexpected ValueError: b\\udcffd"
    assert runs.verify().problems == []


def test_without_a_ledger_nothing_is_done(empty_app: Flask) -> None:
    with pytest.raises(Failed, match="nothing was done"), runs.recorded("import", "x", {}):
        pytest.fail("the act began")


def test_an_unknown_run_is_not_found(app: Flask) -> None:
    with pytest.raises(NotFound):
        runs.get(99)
