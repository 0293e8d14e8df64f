"""The cache in a real Redis: found, looked through, emptied by prefix."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from app.errors import ConfigError, Failed
from app.services.cache import cache
from tests.redis_server import TestKeys, redis_keys


@pytest.fixture
def keys() -> Iterator[TestKeys]:
    with redis_keys() as keys:
        yield keys


def at(**urls: str) -> Flask:
    return create_app({"CACHE_URL": "", "REDIS_URL": "", **urls}, console=False)


def found(keys: TestKeys, prefix: str) -> list[str]:
    """Return the names under the test's own prefix and `prefix`."""
    with at(CACHE_URL=keys.url).app_context(), cache() as server:
        pages = list(server.pages(keys.prefix + prefix))
    return sorted({key.decode().removeprefix(keys.prefix) for page in pages for key in page})


def test_pages_have_every_key_of_the_prefix(keys: TestKeys) -> None:
    names = [f"a{number}" for number in range(2500)]
    keys.put(*names, "b")
    assert found(keys, "a") == sorted(names)


@pytest.mark.parametrize("prefix", ["*", "?", "[ab]", "a\\", "价格:", "^", "[^x"])
def test_a_prefix_is_taken_literally(prefix: str, keys: TestKeys) -> None:
    keys.put(f"{prefix}1", "a1", "b", "\\1", "a*")
    assert found(keys, prefix) == [f"{prefix}1"]


def test_deleting_counts_what_was_there(keys: TestKeys) -> None:
    there = [key.encode() for key in keys.put("1", "2")]
    with at(CACHE_URL=keys.url).app_context(), cache() as server:
        assert server.delete([*there, b"gone"]) == 2
        assert server.delete([]) == 0
    assert keys.left() == []


def test_the_cache_is_at_redis_url_where_none_of_its_own_is_set(keys: TestKeys) -> None:
    with at(REDIS_URL=keys.url).app_context(), cache() as server:
        assert server.where == keys.url.partition("://")[2].rpartition("@")[2]
    with (
        at(CACHE_URL="redis://127.0.0.1:9/3", REDIS_URL=keys.url).app_context(),
        pytest.raises(Failed, match=r"127\.0\.0\.1:9/3 \(CACHE_URL\)"),
        cache(),
    ):
        pass


def test_no_setting_is_said() -> None:
    with at().app_context(), pytest.raises(ConfigError, match="neither CACHE_URL nor REDIS_URL"), cache():
        pass


@pytest.mark.parametrize("url", ["http://:hunter2@host/", "redis://:hunter2@host:port/1", "nonsense"])
def test_what_is_no_url_of_a_redis_is_said_without_it(url: str) -> None:
    with at(REDIS_URL=url).app_context(), pytest.raises(ConfigError) as error, cache():
        pass
    assert error.value.message == "REDIS_URL is not the URL of a Redis."


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("redis://me:hunter2@127.0.0.1:9/3?password=hunter2", "127.0.0.1:9/3"),
        ("unix:///nowhere/redis.sock?password=hunter2", "/nowhere/redis.sock"),
    ],
)
def test_who_does_not_answer_is_named_without_password(url: str, where: str) -> None:
    with at(CACHE_URL=url).app_context(), pytest.raises(Failed) as error, cache():
        pass
    assert error.value.message.startswith(f"Redis at {where} (CACHE_URL) fails: ")
    assert "hunter2" not in str(error.value)


def test_what_redis_refuses_is_said(keys: TestKeys) -> None:
    keys.client.set(f"{keys.prefix}text", "1")
    with at(CACHE_URL=keys.url).app_context(), pytest.raises(Failed, match="WRONGTYPE"), cache() as server:
        server.client.lpush(f"{keys.prefix}text", "1")
