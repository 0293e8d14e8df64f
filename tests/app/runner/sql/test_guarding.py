"""What a script may and may not do on real databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.engine import WRITER
from app.errors import Refused
from app.extensions import db
from app.runner.sql.counting import RowCounter
from app.runner.sql.guarding import INTERNAL, Guard, watch_others

on_mysql = pytest.mark.parametrize("backend", ["mysql"], indirect=True)
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def engine(empty_app: Flask) -> sa.Engine:
    """Give the application's engine, to a database with `things`, three of them."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE things (id INTEGER PRIMARY KEY, number INTEGER)")
        connection.exec_driver_sql("INSERT INTO things VALUES (1, 0), (2, 0), (3, 0)")
    return db.engine


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """Give a script's session."""
    with engine.connect().execution_options(**{WRITER: True}) as connection, Session(connection) as session:
        yield session


def guard_of(session: Session, **settings: Any) -> Guard:
    assert isinstance(session.bind, sa.Connection)
    return Guard(session.bind, **settings)


@contextmanager
def in_batch(session: Session) -> Iterator[Guard]:
    guard = guard_of(session)
    with guard.batch():
        yield guard


def ids(engine: sa.Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.scalars(sa.text("SELECT id FROM things ORDER BY id")))


def delete(session: Session, number: int) -> None:
    session.execute(sa.text("DELETE FROM things WHERE id = :id"), {"id": number})


def refused(session: Session, sql: str) -> str:
    """Return the sentence with which a statement is refused."""
    with pytest.raises(Refused) as raised:
        session.execute(sa.text(sql))
    return raised.value.message


def test_a_dry_run_does_not_commit(session: Session, engine: sa.Engine) -> None:
    guard = guard_of(session, dry_run=True)
    delete(session, 1)
    with pytest.raises(Refused) as raised:
        session.commit()
    assert raised.value.message == "In a dry run the script may not commit."
    assert raised.value.hint == "The runner commits: leave commit() out."
    assert guard.refused is raised.value
    session.rollback()
    assert ids(engine) == [1, 2, 3]


def test_a_refused_commit_that_the_script_swallows_commits_nothing(session: Session, engine: sa.Engine) -> None:
    assert isinstance(session.bind, sa.Connection)
    counter = RowCounter(session.bind)
    guard = guard_of(session, dry_run=True)
    delete(session, 1)
    with suppress(Refused):
        session.commit()
    session.rollback()
    assert counter.total == 0
    delete(session, 2)
    session.rollback()
    assert ids(engine) == [1, 2, 3]
    assert guard.refused is not None


def test_a_commit_on_a_transaction_that_the_runner_began_is_seen(engine: sa.Engine) -> None:
    with engine.connect() as connection, Session(connection, join_transaction_mode="control_fully") as session:
        connection.begin()
        guard_of(session, dry_run=True)
        delete(session, 1)
        with pytest.raises(Refused, match="may not commit"):
            session.commit()
    assert ids(engine) == [1, 2, 3]


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("COMMIT", "In a dry run the script may not send COMMIT."),
        ("/* x */ commit", "In a dry run the script may not send commit."),
        ("BEGIN", "In a dry run the script may not send BEGIN."),
        ("ROLLBACK", "In a dry run the script may not send ROLLBACK."),
        ("CREATE TABLE t (a INTEGER)", "In a dry run the script may not change tables: CREATE TABLE."),
        ("DROP TABLE things", "In a dry run the script may not change tables: DROP TABLE."),
        ("ANALYZE", "In a dry run the script may not send ANALYZE."),
        ("FROBNICATE", "In a dry run the script may not send FROBNICATE."),
    ],
)
def test_a_dry_run_refuses_what_cannot_be_taken_back(
    session: Session, engine: sa.Engine, sql: str, sentence: str
) -> None:
    guard_of(session, dry_run=True)
    delete(session, 1)
    assert refused(session, sql) == sentence
    session.rollback()
    assert ids(engine) == [1, 2, 3]


@on_mysql
@pytest.mark.parametrize(
    "sql",
    ["CALL p()", "SET autocommit = 1", "SET GLOBAL x = 1", "LOCK TABLES things WRITE", "/*!50000 TRUNCATE things */"],
)
def test_a_dry_run_refuses_mysqls_own_ways(session: Session, sql: str) -> None:
    guard_of(session, dry_run=True)
    assert refused(session, sql).startswith("In a dry run the script may not ")


@on_sqlite
@pytest.mark.parametrize("sql", ["PRAGMA user_version = 1", "ATTACH ':memory:' AS x", "PRAGMA journal_mode = DELETE"])
def test_a_dry_run_refuses_sqlites_own_ways(session: Session, sql: str) -> None:
    guard_of(session, dry_run=True)
    assert refused(session, sql).startswith("In a dry run the script may not send ")


def test_a_dry_run_may_write_read_and_use_savepoints_and_temporary_tables(session: Session, engine: sa.Engine) -> None:
    guard = guard_of(session, dry_run=True)
    delete(session, 1)
    with session.begin_nested():
        delete(session, 2)
    with session.begin_nested() as nested:
        delete(session, 3)
        nested.rollback()
    session.execute(sa.text("CREATE TEMPORARY TABLE scratch (id INTEGER)"))
    session.execute(sa.text("INSERT INTO scratch SELECT id FROM things"))
    assert session.scalars(sa.text("SELECT id FROM scratch")).all() == [3]
    assert (guard.refused, guard.broken) == (None, False)
    session.rollback()
    assert ids(engine) == [1, 2, 3]


@on_mysql
@pytest.mark.parametrize("storage", ["MyISAM", "MEMORY", "Aria"])
def test_a_dry_run_refuses_tables_without_transactions(session: Session, engine: sa.Engine, storage: str) -> None:
    session.execute(sa.text(f"CREATE TABLE loose (id INTEGER) ENGINE={storage}"))
    guard = guard_of(session, dry_run=True)
    delete(session, 1)
    schema = engine.url.database
    for table in ("loose", f"`{schema}`.loose"):
        assert f'"loose" is a{"n" * (storage == "Aria")} {storage} table' in refused(
            session, f"INSERT INTO {table} VALUES (1)"
        )
    session.execute(sa.text("CREATE TEMPORARY TABLE scratch (id INTEGER) ENGINE=MEMORY"))
    session.execute(sa.text("INSERT INTO scratch VALUES (1)"))
    assert guard.refused is not None


@on_mysql
def test_a_dry_run_refuses_triggers_that_write_to_such_tables(session: Session) -> None:
    session.execute(sa.text("CREATE TABLE loose (id INTEGER) ENGINE=MyISAM"))
    session.execute(
        sa.text("CREATE TRIGGER note BEFORE DELETE ON things FOR EACH ROW INSERT INTO loose VALUES (old.id)")
    )
    guard_of(session, dry_run=True)
    expected = '"things" has triggers, and may write to "loose" by them: that cannot be taken back.'
    assert refused(session, "DELETE FROM things") == expected


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("DELETE FROM things", "A read-only script may not write to things."),
        ("INSERT INTO things SELECT * FROM things", "A read-only script may not write to things."),
        ("DROP TABLE things", "A read-only script may not change tables: DROP TABLE."),
        ("COMMIT", "A read-only script may not send COMMIT."),
        ("CALL p()", "A read-only script may not send CALL p."),
    ],
)
def test_a_read_only_script_only_reads(session: Session, engine: sa.Engine, sql: str, sentence: str) -> None:
    guard_of(session, read_only=True)
    assert session.scalar(sa.text("SELECT count(*) FROM things")) == 3
    session.execute(sa.text("CREATE TEMPORARY TABLE scratch AS SELECT * FROM things"))
    session.execute(sa.text("DELETE FROM scratch"))
    session.commit()
    assert refused(session, sql) == sentence


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("COMMIT", "Inside a batch the script may not send COMMIT."),
        ("START TRANSACTION", "Inside a batch the script may not send START TRANSACTION."),
        ("ALTER TABLE things ADD b INTEGER", "Inside a batch the script may not change tables: ALTER TABLE."),
    ],
)
def test_nothing_ends_a_batch_but_the_runner(session: Session, engine: sa.Engine, sql: str, sentence: str) -> None:
    with in_batch(session) as guard:
        delete(session, 1)
        assert refused(session, sql) == sentence
        with pytest.raises(Refused, match="Inside a batch the script may not commit"):
            session.commit()
        session.rollback()
        assert guard.broken
        with guard.runner():
            session.rollback()
        delete(session, 2)
        with guard.runner():
            session.commit()
        assert (ids(engine), guard.broken) == ([1, 3], False)


@on_mysql
def test_what_commits_behind_the_scenes_is_refused_inside_a_batch(session: Session) -> None:
    with in_batch(session):
        assert refused(session, "ANALYZE TABLE things") == (
            "Inside a batch the script may not send ANALYZE TABLE, which commits."
        )


def test_a_rollback_breaks_a_batch_until_the_runner_ends_it(session: Session) -> None:
    with in_batch(session) as guard:
        delete(session, 1)
        with session.begin_nested() as nested:
            nested.rollback()
        assert not guard.broken
        session.rollback()
        delete(session, 2)
        assert guard.broken
        with guard.runner():
            session.rollback()
        assert not guard.broken


@on_sqlite
def test_a_batch_is_broken_when_sqlite_rolls_back(session: Session) -> None:
    with in_batch(session) as guard:
        delete(session, 1)
        with suppress(sa.exc.IntegrityError):
            session.execute(sa.text("INSERT OR ROLLBACK INTO things VALUES (2, 2)"))
        assert guard.broken


@on_mysql
def test_a_batch_is_broken_when_mysql_rolls_back_a_deadlock(session: Session, engine: sa.Engine) -> None:
    with in_batch(session) as guard, engine.connect() as other:
        other.exec_driver_sql("UPDATE things SET number = number + 1 WHERE id = 3")
        for number in range(4, 40):  # the transaction that wrote less is the victim
            other.exec_driver_sql(f"INSERT INTO things VALUES ({number}, 0)")
        session.execute(sa.text("UPDATE things SET number = 9 WHERE id = 1"))
        waiting = threading.Thread(target=other.exec_driver_sql, args=["UPDATE things SET number = 1 WHERE id = 1"])
        waiting.start()
        with pytest.raises(sa.exc.OperationalError, match="1213"):
            session.execute(sa.text("UPDATE things SET number = 9 WHERE id = 3"))
        waiting.join(30)
        assert guard.broken
        other.rollback()


def test_the_scripts_own_commit_is_told_inside_the_same_transaction(session: Session, engine: sa.Engine) -> None:
    told: list[bool] = []
    connection = session.connection()

    def note() -> None:
        told.append(connection.in_transaction())
        connection.execute(sa.text("INSERT INTO things VALUES (100, 0)"))

    guard = guard_of(session, on_own_commit=note)
    delete(session, 1)
    session.commit()
    assert (told, ids(engine)) == ([True], [2, 3, 100])
    delete(session, 2)
    with guard.runner():
        session.commit()
    assert (told, ids(engine)) == ([True], [3, 100])


def test_a_commit_that_cannot_be_told_is_rolled_back(session: Session, engine: sa.Engine) -> None:
    def fail() -> None:
        raise Refused("Another process took the run up.")

    guard = guard_of(session, on_own_commit=fail)
    delete(session, 1)
    with pytest.raises(Refused, match="Another process"):
        session.commit()
    session.rollback()
    delete(session, 2)
    with guard.runner():
        session.commit()
    assert ids(engine) == [1, 3]


def test_ddl_of_a_real_run_is_told_where_it_commits(session: Session, backend: str) -> None:
    told: list[int] = []
    guard_of(session, on_own_commit=lambda: told.append(1))
    session.execute(sa.text("CREATE TABLE made (a INTEGER)"))
    assert len(told) == (backend == "mysql")
    assert refused(session, "COMMIT") == "The script may not send COMMIT."


def write_beside(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE things SET number = 1")


WAYS: dict[str, Callable[[sa.Engine], object]] = {
    "db.session": lambda _engine: db.session.execute(sa.text("DELETE FROM things")),
    "begin": write_beside,
    "ddl": lambda engine: sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer)).create(engine),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_dry_run_refuses_other_ways_to_write(session: Session, engine: sa.Engine, way: str) -> None:
    guard_of(session, dry_run=True)
    with watch_others(engine):
        delete(session, 1)
        with pytest.raises(Refused, match=r"In a dry run the script may write through run\.session alone") as raised:
            WAYS[way](engine)
        assert "use run.session" in raised.value.hint
        assert db.session.scalar(sa.text("SELECT count(*) FROM things")) == 3
    session.rollback()
    db.session.remove()
    assert ids(engine) == [1, 2, 3]


def test_only_the_runner_may_write_beside_a_dry_run_no_thread_of_the_script(
    session: Session, engine: sa.Engine
) -> None:
    guard_of(session, dry_run=True)

    def write() -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM things WHERE id = 1")

    with watch_others(engine):
        with ThreadPoolExecutor() as threads, pytest.raises(Refused, match=r"through run\.session alone"):
            threads.submit(write).result(30)
        with engine.connect().execution_options(**{INTERNAL: True}) as connection:
            connection.exec_driver_sql("DELETE FROM things WHERE id = 2")
            connection.commit()
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO things VALUES (4, 4)")
    assert ids(engine) == [1, 3, 4]


def listeners(engine: sa.Engine, connection: sa.Connection) -> list[int]:
    names = ("before_cursor_execute", "after_cursor_execute", "commit", "rollback")
    found = [getattr(target.dispatch, name) for target in (engine, connection) for name in names]
    return [len(list(each)) for each in (*found, engine.dialect.dispatch.handle_error)]


def test_no_listener_stays(engine: sa.Engine) -> None:
    with engine.connect() as connection, Session(connection) as session:
        before = listeners(engine, connection)
        guard = guard_of(session, dry_run=True)
        with watch_others(engine):
            assert sum(listeners(engine, connection)) > sum(before)
        guard.remove()
        guard.remove()
        assert listeners(engine, connection) == before
        delete(session, 1)
        session.commit()
    assert ids(engine) == [2, 3]
