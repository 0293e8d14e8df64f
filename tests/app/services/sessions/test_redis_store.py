"""Sessions in Redis: hashes alone, forgotten by Redis itself; without it nobody signs in, and a sentence says why."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis

from app import create_app
from app.errors import ConfigError
from app.models.base import utc_now
from app.services import sessions
from app.services.sessions import StoreAway, Stored
from tests.private_redis import private_redis

pytestmark = pytest.mark.parametrize("place", ["redis"], indirect=True)


@pytest.fixture
def redis(redis_url: str) -> Any:
    with Redis.from_url(redis_url, decode_responses=True) as client:
        yield client


def add(user_id: int, created_ago: timedelta = timedelta()) -> str:
    """Begin a session that was created so long ago, and seen now."""
    id_ = sessions.new_id()
    sessions.store().add(id_, Stored(user_id, "{}", utc_now() - created_ago, utc_now(), "", ""))
    return id_


def test_keys_have_the_hash_alone_and_end_by_themselves(app: Flask, redis: Any) -> None:
    id_ = add(1)
    hash_ = hashlib.sha256(id_.encode()).hexdigest()
    assert sorted(redis.keys()) == [f"opsdesk:session:{hash_}", "opsdesk:sessions-of:1"]
    assert 3590 <= redis.ttl(f"opsdesk:session:{hash_}") <= 3600
    assert 43_190 <= redis.ttl("opsdesk:sessions-of:1") <= 43_200
    assert id_ not in str(redis.hgetall(f"opsdesk:session:{hash_}"))


def test_near_the_absolute_limit_a_key_ends_with_it(app: Flask, redis: Any) -> None:
    id_ = add(1, created_ago=timedelta(hours=11, minutes=50))
    assert 590 <= redis.ttl(f"opsdesk:session:{hashlib.sha256(id_.encode()).hexdigest()}") <= 600


def test_being_seen_puts_the_end_off(app: Flask, redis: Any) -> None:
    id_ = add(1)
    key = f"opsdesk:session:{hashlib.sha256(id_.encode()).hexdigest()}"
    redis.expire(key, 600)
    stored = sessions.store().load(id_)
    assert stored is not None
    sessions.store().touch(id_, stored)
    assert redis.ttl(key) > 3500


def test_names_of_sessions_that_have_ended_do_not_pile_up(app: Flask, redis: Any) -> None:
    for _ in range(3):
        add(1, created_ago=timedelta(hours=13))
    id_ = add(1)
    assert redis.zrange("opsdesk:sessions-of:1", 0, -1) == [hashlib.sha256(id_.encode()).hexdigest()]


@pytest.mark.parametrize(
    "act",
    [
        lambda: sessions.store().load("x"),
        lambda: sessions.save("x", None, {}),
        lambda: sessions.store().delete("x"),
        lambda: sessions.end_all(1),
        lambda: sessions.end_one(1, "0" * 16),
        lambda: sessions.of_user(1),
    ],
)
def test_without_redis_a_sentence_says_so_and_the_page_is_503(
    app: Flask, tmp_path: Path, act: Callable[[], object]
) -> None:
    with private_redis(tmp_path) as server:
        away = create_app({"REDIS_URL": server.url})
    with away.app_context(), pytest.raises(StoreAway, match="Redis, which keeps the sessions") as caught:
        act()
    assert caught.value.status == 503
    assert "REDIS_URL" in caught.value.hint
    assert "127.0.0.1" not in str(caught.value), "anybody may see the page"


def test_a_url_of_no_redis_is_named_without_its_password(app: Flask) -> None:
    app.config["REDIS_URL"] = "http://:hunter2@host/0"
    with pytest.raises(ConfigError) as caught:
        sessions.store()
    assert "REDIS_URL" in str(caught.value)
    assert "hunter2" not in str(caught.value)
