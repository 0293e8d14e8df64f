"""A lock that is kept goes free where nobody asks it any more, though its connection stands."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask import Flask

from app.extensions import db
from app.runner import lock_keeper, locks
from app.runner.lock_keeper import LockKeeper

NAME = "table:orders"


def until(true: Callable[[], bool]) -> bool:
    """Tell whether something becomes true within some seconds."""
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


def is_free() -> bool:
    with db.engine.connect() as connection:
        return locks.is_free(connection, NAME)


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_a_lock_that_nobody_asks_goes_free(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_keeper, "DIES_AFTER_S", 1)
    monkeypatch.setattr(lock_keeper, "ASK_S", 3.0)
    lost: list[bool] = []
    lock = locks.acquire(db.engine, NAME)
    assert lock is not None
    assert not is_free()
    with LockKeeper(lock, lambda: lost.append(True)):
        assert until(is_free)
        assert until(lambda: bool(lost))
    lock.release()


def test_a_lock_that_is_kept_stays_and_so_it_does_afterwards(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_keeper, "DIES_AFTER_S", 3)
    monkeypatch.setattr(lock_keeper, "ASK_S", 0.2)
    lock = locks.acquire(db.engine, NAME)
    assert lock is not None
    with LockKeeper(lock, pytest.fail):
        time.sleep(4)
        assert not is_free()
    time.sleep(4)
    assert lock.held()
    lock.release()
    assert is_free()
