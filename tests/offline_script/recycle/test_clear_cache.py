"""Keys are deleted by prefix, and no others; a dry run deletes none."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from app.errors import ConfigError, Interrupted, Refused
from app.services.scripts.resuming import resume
from tests.offline_script.kept import log
from tests.redis_server import TestKeys
from tests.scripts import Quiet, run_script


@pytest.fixture(autouse=True)
def _cache_url(keys: TestKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_URL", keys.url)


def test_keys_of_the_prefix_go(keys: TestKeys, app: object) -> None:
    keys.put(*(f"price:{number}" for number in range(2500)), "stock:1")
    outcome = run_script("clear_cache", "--prefix", f"{keys.prefix}price:")
    assert keys.left() == ["stock:1"]
    assert f'2,500 keys beginning with "{keys.prefix}price:" deleted at ' in log(outcome.run_id)


def test_a_dry_run_counts_and_shows_a_few(keys: TestKeys, app: object) -> None:
    keys.put(*(f"price:{number}" for number in range(50)), "stock:1")
    outcome = run_script("clear_cache", "--prefix", f"{keys.prefix}price:", dry_run=True)
    assert len(keys.left()) == 51
    said = log(outcome.run_id)
    assert "50 keys beginning with" in said
    assert said.count(f"Would delete {keys.prefix}price:") == 10


def test_a_prefix_is_no_pattern(keys: TestKeys, app: object) -> None:
    keys.put("a*", "ab")
    run_script("clear_cache", "--prefix", f"{keys.prefix}a*")
    assert keys.left() == ["ab"]


def test_no_key_is_no_error(keys: TestKeys, app: object) -> None:
    outcome = run_script("clear_cache", "--prefix", keys.prefix)
    assert "0 keys" in log(outcome.run_id)


@pytest.mark.parametrize(
    ("args", "said"),
    [([], "No --prefix: sessions and queues may be in there too."), (["--all", "--prefix", "a"], "contradict")],
)
def test_all_keys_go_only_where_that_is_said(args: list[str], said: str, keys: TestKeys, app: object) -> None:
    keys.put("a")
    with pytest.raises(Refused, match=said):
        run_script("clear_cache", *args)
    assert keys.left() == ["a"]


def test_all_counts_every_key_of_the_database(keys: TestKeys, app: object) -> None:
    keys.put("a", "b")
    outcome = run_script("clear_cache", "--all", dry_run=True)
    assert "of any name would be deleted" in log(outcome.run_id)
    assert keys.left() == ["a", "b"]


def test_without_a_cache_the_setting_is_named(app: Flask) -> None:
    app.config.update(CACHE_URL="", REDIS_URL="")
    with pytest.raises(ConfigError, match="neither CACHE_URL nor REDIS_URL is set"):
        run_script("clear_cache", "--prefix", "a")


def test_it_stops_between_pages_and_goes_on_with_the_keys_that_are_left(keys: TestKeys, app: object) -> None:
    keys.put(*map(str, range(8000)))
    with interrupted_when(lambda: len(keys.left()) < 8000), pytest.raises(Interrupted) as stop:
        run_script("clear_cache", "--prefix", keys.prefix, throttle=5)
    assert 0 < len(keys.left()) < 8000
    keys.put("new")
    run_id = int(re.findall(r"flask runs resume (\d+)", stop.value.hint)[0])
    resume(run_id, Quiet())
    assert keys.left() == []


@contextmanager
def interrupted_when(happened: Callable[[], bool]) -> Iterator[None]:
    """Send SIGINT to this process as soon as something has happened."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.01):
            if happened():
                os.kill(os.getpid(), signal.SIGINT)
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
