"""A request that comes again starts no other run: not later, not at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.errors import Conflict, Invalid
from app.models import IdempotencyKey, Run
from app.models.base import utc_now
from app.services import accounts
from app.services.runs import once
from app.services.transactions import reading, writing
from tests.waiting import queue_one

PASSWORD = "four unrelated words 2741"


@pytest.fixture
def users(app: Flask) -> tuple[int, int]:
    """Give the ids of two users."""
    with app.app_context():
        accounts.create_user("li", PASSWORD, "operator", False)
        accounts.create_user("wang", PASSWORD, "operator", False)
        return accounts.get("li").id, accounts.get("wang").id


def keys() -> int:
    """Return how many keys are kept."""
    with reading() as session:
        return int(session.scalar(select(func.count()).select_from(IdempotencyKey)) or 0)


def queued() -> int:
    """Return how many runs wait."""
    with reading() as session:
        return int(session.scalar(select(func.count()).select_from(Run).where(Run.state == "queued")) or 0)


def never() -> int:
    """Fail: it must not be called."""
    raise AssertionError("it started another run")


def test_the_same_request_gives_the_same_run(users: tuple[int, int]) -> None:
    first = once.Keyed(users[0], "key", "a")
    run_id, came_before = once.run_once(first, queue_one)
    assert not came_before
    assert once.run_once(first, never) == (run_id, True)
    assert queued() == 1


def test_another_request_with_the_key_is_refused_and_another_user_has_keys_of_their_own(users: tuple[int, int]) -> None:
    run_id, _ = once.run_once(once.Keyed(users[0], "key", "a"), queue_one)
    with pytest.raises(Invalid, match="another request"):
        once.run_once(once.Keyed(users[0], "key", "b"), never)
    other, came_before = once.run_once(once.Keyed(users[1], "key", "a"), queue_one)
    assert (other != run_id, came_before, queued()) == (True, False, 2)


def test_what_starts_no_run_keeps_no_key(users: tuple[int, int]) -> None:
    def refuse() -> int:
        raise Conflict("not now")

    asked = once.Keyed(users[0], "key", "a")
    with pytest.raises(Conflict):
        once.run_once(asked, refuse)
    assert (keys(), queued()) == (0, 0)
    assert once.run_once(asked, queue_one)[1] is False


def test_after_a_day_the_key_is_free_and_other_old_ones_go(users: tuple[int, int]) -> None:
    for key in ("key", "other"):
        once.run_once(once.Keyed(users[0], key, "a"), queue_one)
    with writing() as session:
        session.execute(update(IdempotencyKey).values(created_at=utc_now() - once.KEPT - timedelta(seconds=1)))
    assert once.run_once(once.Keyed(users[0], "key", "b"), queue_one)[1] is False
    assert (keys(), queued()) == (1, 3)


def test_at_the_same_moment_one_run_is_started_and_all_get_it(app: Flask, users: tuple[int, int]) -> None:
    """Each passes the look at earlier keys before any has kept one: the database decides."""
    together, asked = threading.Barrier(4, timeout=60), once.Keyed(users[0], "key", "a")

    def start() -> int:
        together.wait()
        return queue_one()

    def ask(_: int) -> tuple[int, bool]:
        with app.app_context():
            return once.run_once(asked, start)

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(ask, range(4)))
    assert len({run_id for run_id, _ in found}) == 1
    assert sorted(came_before for _, came_before in found) == [False, True, True, True]
    assert queued() == 1


def test_who_is_too_late_for_what_the_first_took_gets_its_run(app: Flask, users: tuple[int, int]) -> None:
    """What can be done once only is refused to the second request; it is the same one, and gets the run."""
    asked, taken, looked = once.Keyed(users[0], "key", "a"), threading.Event(), threading.Event()

    def first() -> int:
        looked.wait(60)
        return queue_one()

    def second() -> int:
        looked.set()
        taken.wait(60)
        raise Conflict("the upload was imported already")

    def ask(start: Callable[[], int]) -> tuple[int, bool]:
        with app.app_context():
            try:
                return once.run_once(asked, start)
            finally:
                taken.set()

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(ask, (first, second)))
    assert found[1] == (found[0][0], True)
