"""Tries are counted in the database, by all processes together, and Flask-Limiter refuses what is too often."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_limiter import Limiter
from limits import parse
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import func, select, update

from app import create_app
from app.errors import ConfigError
from app.models import RateLimit
from app.models.base import utc_now
from app.services import rate_limits
from app.services.rate_limits import DatabaseStorage, limiter_settings
from app.services.transactions import reading, writing
from tests.private_redis import private_redis

LIMIT = parse("3 per 5 minutes")


@pytest.fixture
def storage(app: Flask) -> DatabaseStorage:
    return DatabaseStorage()


def end_windows() -> None:
    """Let all windows have ended."""
    with writing() as session:
        session.execute(update(RateLimit).values(expires_at=utc_now() - timedelta(seconds=1)))


def count() -> int:
    """Return how many counters there are."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(RateLimit)) or 0


def test_tries_are_counted_for_each_key_until_its_window_ends(storage: DatabaseStorage) -> None:
    assert [storage.incr("li", 300) for _ in range(3)] == [1, 2, 3]
    assert storage.incr("李 🎉" * 500, 300, amount=5) == 5
    assert (storage.get("li"), storage.get("nobody")) == (3, 0)
    assert 290 < storage.get_expiry("li") - time.time() <= 300
    assert abs(storage.get_expiry("nobody") - time.time()) < 5
    end_windows()
    assert storage.get("li") == 0
    assert storage.incr("li", 300) == 1
    assert 290 < storage.get_expiry("li") - time.time() <= 300


def test_a_try_does_not_put_the_end_of_the_window_off(storage: DatabaseStorage) -> None:
    storage.incr("li", 60)
    ends = storage.get_expiry("li")
    storage.incr("li", 300)
    assert storage.get_expiry("li") == ends


def test_keys_are_forgotten_one_or_all(storage: DatabaseStorage) -> None:
    for key in ("li", "zhao", "wang"):
        storage.incr(key, 300)
    storage.clear("li")
    assert (storage.get("li"), storage.get("zhao")) == (0, 1)
    assert storage.reset() == 2
    assert storage.get("zhao") == 0


def test_what_has_ended_goes_some_at_a_time_as_a_window_begins(
    storage: DatabaseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        storage.incr(f"address {number}", 300)
    end_windows()
    monkeypatch.setattr(rate_limits, "PRUNED", 3)
    storage.incr("li", 300)
    assert count() == 3
    storage.incr("li", 300)
    assert count() == 3
    storage.incr("zhao", 300)
    assert count() == 2


def test_no_try_is_lost_at_the_same_time(app: Flask, storage: DatabaseStorage) -> None:
    together = threading.Barrier(4)
    seen: list[int] = []

    def attempt() -> None:
        with app.app_context():
            together.wait(timeout=30)
            seen.extend(storage.incr("li", 300) for _ in range(10))

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(1, 41))


def test_the_library_limits_with_it(storage: DatabaseStorage) -> None:
    limiter = FixedWindowRateLimiter(storage)
    assert [limiter.hit(LIMIT, "li") for _ in range(4)] == [True, True, True, False]
    assert not limiter.test(LIMIT, "li")
    assert limiter.hit(LIMIT, "zhao")
    assert limiter.get_window_stats(LIMIT, "li").remaining == 0


def test_a_database_without_the_table_is_not_well(empty_app: Flask) -> None:
    assert not DatabaseStorage().check()


@pytest.fixture(params=["database", "redis"])
def limited(request: pytest.FixtureRequest, app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """Give an application with a view that may be asked three times in five minutes."""
    if request.param == "database":
        yield with_limit(create_app())
        return
    with private_redis(tmp_path) as server:
        yield with_limit(create_app({"REDIS_URL": server.url}))


def with_limit(app: Flask) -> Flask:
    """Add the view."""
    app.config.update(limiter_settings(app.config))
    limiter = Limiter(lambda: "li")
    view = limiter.limit(str(LIMIT))(lambda: "served")
    app.add_url_rule("/limited-in-a-test", "limited_in_a_test", view)
    view.access = "public"
    limiter.init_app(app)
    return app


def test_flask_limiter_refuses_what_is_too_often(limited: Flask) -> None:
    # Two clients, as two processes would be.
    answers = [limited.test_client().get("/limited-in-a-test").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]


def test_the_settings_lead_to_redis_where_there_is_one() -> None:
    assert limiter_settings({"REDIS_URL": ""}) == {"RATELIMIT_STORAGE_URI": "opsdesk-database://"}
    found = limiter_settings({"REDIS_URL": "unix:///run/redis.sock"})
    assert found["RATELIMIT_STORAGE_URI"] == "redis+unix:///run/redis.sock"
    assert found["RATELIMIT_STORAGE_OPTIONS"]["socket_timeout"] == 3


def test_a_url_of_no_redis_is_named_without_its_password() -> None:
    with pytest.raises(ConfigError) as caught:
        limiter_settings({"REDIS_URL": "http://:hunter2@host/0"})
    assert "REDIS_URL" in str(caught.value)
    assert "hunter2" not in str(caught.value)
