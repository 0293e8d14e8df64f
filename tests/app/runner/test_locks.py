"""Locks that die with their process, on a server and on a file."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

import app.engine  # noqa: F401 - what it listens for sets SQLite up
from app.runner import locks, server_lock
from tests.app.runner.lock_holders import becomes_free, holder, is_free
from tests.databases import mysql_database, sqlite_database

SCRIPT = locks.name_of_script("export_order")


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """Give an engine on an empty database."""
    engine = sa.create_engine(database_url)
    yield engine
    engine.dispose()


def test_one_has_it_at_a_time(engine: sa.Engine) -> None:
    assert is_free(engine, SCRIPT)
    lock = locks.acquire(engine, SCRIPT)
    assert lock is not None
    assert (lock.name, lock.held(), is_free(engine, SCRIPT)) == (SCRIPT, True, False)
    assert locks.acquire(engine, SCRIPT) is None
    another = locks.acquire(engine, locks.name_of_script("clear_cache"))
    assert another is not None
    another.release()
    lock.release()
    assert is_free(engine, SCRIPT)
    again = locks.acquire(engine, SCRIPT)
    assert again is not None
    again.release()


def test_what_is_let_go_can_be_taken_at_once(engine: sa.Engine) -> None:
    for _ in range(100):
        lock = locks.acquire(engine, SCRIPT)
        assert lock is not None
        lock.release()


def test_another_process_waits_and_gets_it(engine: sa.Engine) -> None:
    lock = locks.acquire(engine, SCRIPT)
    assert lock is not None
    with holder(engine, SCRIPT) as (_, has_it):
        assert not has_it
    timer = threading.Timer(1.5, lock.release)
    timer.start()
    with holder(engine, SCRIPT, wait_s=30) as (_, has_it):
        assert has_it
        assert not is_free(engine, SCRIPT)
        assert locks.acquire(engine, SCRIPT) is None
    timer.join()


def test_whoever_does_not_wait_still_gets_what_is_let_go_a_moment_later(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert locks.PROBE_S >= 0.5
    monkeypatch.setattr(locks, "PROBE_S", 30)
    lock = locks.acquire(engine, SCRIPT)
    assert lock is not None
    timer = threading.Timer(0.25, lock.release)  # a server sees late that its holder was killed
    timer.start()
    again = locks.acquire(engine, SCRIPT)
    timer.join()
    assert again is not None
    again.release()


def test_waiting_has_an_end(engine: sa.Engine) -> None:
    lock = locks.acquire(engine, SCRIPT)
    assert lock is not None
    started = time.monotonic()
    assert locks.acquire(engine, SCRIPT, wait_s=0.5) is None
    assert 0.5 <= time.monotonic() - started < 10
    lock.release()


def test_a_killed_process_lets_go_at_once(engine: sa.Engine) -> None:
    with holder(engine, SCRIPT) as (process, has_it):
        assert has_it
        assert not is_free(engine, SCRIPT)
        process.send_signal(signal.SIGKILL)
        assert becomes_free(engine, SCRIPT)
    lock = locks.acquire(engine, SCRIPT)
    assert lock is not None
    lock.release()


def test_who_only_asks_does_not_take_it_away(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file, asking is a lock for a moment; whoever takes it at that moment must not be told that it is held."""
    monkeypatch.setattr(locks, "PROBE_S", 30)
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            is_free(engine, SCRIPT)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(30):
            lock = locks.acquire(engine, SCRIPT)
            assert lock is not None
            lock.release()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_asking_while_it_is_let_go_and_deleted_is_no_error(engine: sa.Engine) -> None:
    name, stop, errors = locks.name_of_run("0123456789ab"), threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            try:
                is_free(engine, name)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
                errors.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    for _ in range(40):
        lock = locks.acquire(engine, name)
        if lock is not None:  # where a file is deleted, somebody may still ask the one that was
            lock.release()
    stop.set()
    thread.join()
    assert errors == []


def test_databases_do_not_share_locks(backend: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    one = mysql_database() if backend == "mysql" else sqlite_database(tmp_path)
    two = mysql_database() if backend == "mysql" else sqlite_database(tmp_path / "other")
    with one as first_url, two as second_url:
        first, second = sa.create_engine(first_url), sa.create_engine(second_url)
        lock = locks.acquire(first, SCRIPT)
        assert lock is not None
        assert (is_free(first, SCRIPT), is_free(second, SCRIPT)) == (False, True)
        another = locks.acquire(second, SCRIPT)
        assert another is not None
        another.release()
        assert lock.held()
        lock.release()
        first.dispose()
        second.dispose()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_file_of_one_runs_lock_goes_with_it(engine: sa.Engine) -> None:
    folder = Path(f"{engine.url.database}-locks")
    for token in ("0123456789ab", "ba9876543210"):
        lock = locks.acquire(engine, locks.name_of_run(token))
        assert lock is not None
        assert len(list(folder.iterdir())) == 1
        lock.release()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_a_lock_whose_connection_the_server_ended_is_no_longer_held(engine: sa.Engine) -> None:
    lock = locks.acquire(engine, SCRIPT)
    assert lock is not None
    with engine.connect() as connection:
        key = server_lock.key_of(engine, SCRIPT)
        holder_id = connection.scalar(sa.text("SELECT IS_USED_LOCK(:key)"), {"key": key})
        connection.execute(sa.text(f"KILL {holder_id}"))
    assert becomes_free(engine, SCRIPT)
    another = locks.acquire(engine, SCRIPT)
    assert another is not None
    assert [lock.held() for _ in range(3)] == [False] * 3, "not even on a connection made anew"
    lock.release()
    assert another.held(), "whoever lost it lets nothing of another's go"
    another.release()


def test_any_name_will_do(engine: sa.Engine) -> None:
    for name in ("script:导出订单/../x", "script:" + "x" * 500, "run:" + "ü" * 100):
        lock = locks.acquire(engine, name)
        assert lock is not None
        assert not is_free(engine, name)
        lock.release()
        assert is_free(engine, name)
