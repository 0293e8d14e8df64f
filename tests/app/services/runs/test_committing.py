"""What a run did and its end in the ledger are one commit: both are there, or neither."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from flask import Flask

from app.engine import WRITER, is_mysql
from app.errors import Busy
from app.extensions import db
from app.runner import server_lock
from app.services import runs
from app.services.runs import heart, moves
from app.services.runs.channel import channel_of
from tests.databases import has_variable

SNAPSHOT = "innodb_snapshot_isolation"  # what MariaDB has on from 11.6.2


@pytest.fixture
def acts(app: Flask) -> None:
    """Make a table to write to."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE acts (id INT PRIMARY KEY)")


def act(connection: sa.Connection) -> None:
    """Write a row, in a transaction that has looked at the ledger before."""
    connection.exec_driver_sql("SELECT COUNT(*) FROM runs, run_moves")
    connection.exec_driver_sql("INSERT INTO acts VALUES (1)")


def written() -> int:
    """Return how many rows were written."""
    with db.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT COUNT(*) FROM acts").scalar_one())


def test_rows_and_the_end_of_the_run_are_one_commit(acts: None) -> None:
    with runs.recorded("import", "june.xlsx → acts", {}) as run:
        with db.engine.connect().execution_options(**{WRITER: True}) as connection:
            act(connection)
            commits: list[str] = []
            sa.event.listen(db.engine, "commit", lambda _: commits.append(runs.get(run.id).state))
            runs.commit(run, connection, {"acts": {"inserted": 1}})
        assert commits == ["running"]
        assert (written(), runs.get(run.id).state, runs.get(run.id).rows) == (1, "succeeded", {"acts": {"inserted": 1}})
    assert [move.state for move in runs.moves_of(run.id)] == ["running", "succeeded"]
    assert runs.verify().problems == []


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
@pytest.mark.parametrize("strict", ["ON", "OFF"])
def test_others_may_write_to_the_ledger_while_the_transaction_goes_on(acts: None, strict: str) -> None:
    if not has_variable(SNAPSHOT):
        pytest.skip(f"this server has no {SNAPSHOT}: it is none of MariaDB from 10.6.18 on")
    with runs.recorded("import", "june.xlsx → acts", {}) as run, db.engine.connect() as connection:
        connection.exec_driver_sql(f"SET SESSION {SNAPSHOT} = {strict}")
        act(connection)
        channel_of(db.engine, run.folder).tell(7, 9)
        with runs.recorded("script", "another", {}):
            pass
        runs.commit(run, connection, {"acts": {"inserted": 1}})
    assert (written(), runs.get(run.id).state) == (1, "succeeded")
    assert runs.verify().problems == []


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)  # SQLite has no lock that dies before its process
def test_a_run_that_was_declared_lost_commits_nothing(acts: None) -> None:
    assert is_mysql(db.engine.url)
    with (
        pytest.raises(Busy, match="lost its lock"),
        runs.recorded("import", "june.xlsx → acts", {}) as run,
        db.engine.connect() as connection,
    ):
        act(connection)
        moves.move(run.id, "lost")
        runs.commit(run, connection, {"acts": {"inserted": 1}})
    assert (written(), runs.get(run.id).state, runs.get(run.id).rows) == (0, "lost", {})


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_a_run_whose_lock_is_gone_commits_nothing(acts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heart, "BEAT_S", 0.05)
    with (
        pytest.raises(Busy, match="lost its lock"),
        runs.recorded("import", "june.xlsx → acts", {}) as run,
        db.engine.connect() as connection,
    ):
        act(connection)
        key = server_lock.key_of(db.engine, str(runs.get(run.id).lock_name))
        holder = connection.scalar(sa.text("SELECT IS_USED_LOCK(:key)"), {"key": key})
        with db.engine.connect() as another:
            another.exec_driver_sql(f"KILL {holder}")
        end = time.monotonic() + 20
        while not run.lock_lost and time.monotonic() < end:
            time.sleep(0.02)
        runs.commit(run, connection, {"acts": {"inserted": 1}})
    assert (written(), runs.get(run.id).rows) == (0, {})
    assert runs.get(run.id).state in ("failed", "lost")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # the others look at foreign keys with each statement
def test_what_the_database_does_not_commit_is_no_success(acts: None) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE parts (act INT REFERENCES acts (id) DEFERRABLE INITIALLY DEFERRED, n INT)"
        )
    with (
        pytest.raises(sa.exc.IntegrityError),
        runs.recorded("import", "june.xlsx → acts", {}) as run,
        db.engine.connect().execution_options(**{WRITER: True}) as connection,
    ):
        act(connection)
        connection.exec_driver_sql("INSERT INTO parts VALUES (2, 0)")
        runs.commit(run, connection, {"acts": {"inserted": 1}})
    assert (written(), runs.get(run.id).state, runs.get(run.id).rows) == (0, "failed", {})
    assert runs.verify().problems == []
