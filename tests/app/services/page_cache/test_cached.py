"""What pages compute is kept until a table changes, whoever dies when, with or without Redis."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import create_app
from app.errors import ConfigError
from app.runner.sql.counting import UNKNOWN
from app.services.page_cache import cached
from app.services.page_cache import versions as room
from app.services.page_cache.versions import Versions
from tests.private_redis import PrivateRedis, private_redis


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateRedis]:
    """Give a Redis."""
    with private_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def versions(redis: PrivateRedis, tmp_path: Path) -> Iterator[Versions]:
    """Give the versions of a database's tables, inside its application's context."""
    app = create_app({"REDIS_URL": redis.url, "DATABASE_URL": f"sqlite:///{tmp_path / 'a.sqlite3'}"})
    with app.app_context():
        found = Versions.of_app()
        assert found is not None
        yield found


@pytest.fixture
def computed() -> Callable[[], Any]:
    """Give what computes another number each time."""
    numbers = count(1)
    return lambda: next(numbers)


@pytest.mark.usefixtures("versions")
def test_a_result_is_kept(computed: Callable[[], Any]) -> None:
    assert [cached("rows of orders", ["orders"], computed) for _ in range(3)] == [1, 1, 1]
    assert cached("rows of others", ["orders"], computed) == 2


def test_a_change_of_its_table_makes_it_anew_and_of_another_does_not(
    versions: Versions, computed: Callable[[], Any]
) -> None:
    cached("rows", ["Orders", "customers"], computed)
    change(versions, "calendar_days")
    assert cached("rows", ["Orders", "customers"], computed) == 1
    for number, table in enumerate(("orders", "customers", UNKNOWN), start=2):
        change(versions, table)
        assert cached("rows", ["Orders", "customers"], computed) == number
        assert cached("rows", ["Orders", "customers"], computed) == number


def change(versions: Versions, table: str) -> None:
    """Be a writer of a table."""
    versions.mark([table], 1)
    versions.unmark([table], 1)


def test_nothing_is_kept_while_any_writer_is_at_it(versions: Versions, computed: Callable[[], Any]) -> None:
    versions.mark(["orders"], 1)
    versions.mark(["orders"], 2)
    assert [cached("rows", ["orders"], computed) for _ in range(2)] == [1, 2]
    versions.unmark(["orders"], 1)
    assert [cached("rows", ["orders"], computed) for _ in range(2)] == [3, 4]
    versions.unmark(["orders"], 2)
    assert [cached("rows", ["orders"], computed) for _ in range(2)] == [5, 5]


def test_what_was_kept_before_a_writer_died_is_not_taken_after_its_mark_expired(
    versions: Versions, computed: Callable[[], Any], redis: PrivateRedis
) -> None:
    cached("rows", ["orders"], computed)
    versions.mark(["orders"], 1)
    (marks,) = redis.client().keys("*changing:orders")
    assert 0 < redis.client().ttl(marks) <= room.MARKED_S + 1
    redis.client().zadd(marks, {redis.client().zrange(marks, 0, -1)[0]: time.time() - 1})  # as time goes by
    assert [cached("rows", ["orders"], computed) for _ in range(2)] == [2, 2]


def test_it_is_kept_for_a_minute_at_most(versions: Versions, computed: Callable[[], Any], redis: PrivateRedis) -> None:
    cached("rows", ["orders"], computed)
    (entry,) = redis.client().keys(f"{versions.prefix}entry:rows")
    assert 0 < redis.client().ttl(entry) <= 60


def test_versions_that_redis_lost_do_not_come_up_again(
    versions: Versions, computed: Callable[[], Any], redis: PrivateRedis
) -> None:
    cached("rows", ["orders"], computed)
    for key in redis.client().scan_iter(f"{versions.prefix}version:*"):
        redis.client().delete(key)
    assert cached("rows", ["orders"], computed) == 2


@pytest.mark.usefixtures("versions")
def test_a_result_is_what_json_gives_back_the_first_time_too() -> None:
    found = [cached("both", ["orders"], lambda: {"表": (1, None)}) for _ in range(2)]
    assert found == [{"表": [1, None]}] * 2


@pytest.mark.usefixtures("versions")
def test_what_fails_is_not_kept(computed: Callable[[], Any]) -> None:
    def fail() -> None:
        raise ValueError("no such table")

    with pytest.raises(ValueError, match="no such table"):
        cached("rows", ["orders"], fail)
    assert cached("rows", ["orders"], computed) == 1


def test_databases_do_not_share_results(redis: PrivateRedis, tmp_path: Path, computed: Callable[[], Any]) -> None:
    for name in ("one", "two"):
        app = create_app({"REDIS_URL": redis.url, "DATABASE_URL": f"sqlite:///{tmp_path / name}"})
        with app.app_context():
            cached("rows", ["orders"], computed)
    assert computed() == 3


def test_without_redis_it_is_computed_each_time(computed: Callable[[], Any]) -> None:
    with create_app("testing").app_context():
        assert [cached("rows", ["orders"], computed) for _ in range(3)] == [1, 2, 3]


def test_a_redis_that_goes_away_hurts_no_page(tmp_path: Path, computed: Callable[[], Any]) -> None:
    with private_redis(tmp_path) as server:
        app = create_app({"REDIS_URL": server.url})
        with app.app_context():
            assert [cached("rows", ["orders"], computed) for _ in range(2)] == [1, 1]
            server.stop()
            assert [cached("rows", ["orders"], computed) for _ in range(2)] == [2, 3]
            with room.away_is_logged():
                app.extensions[room.EXTENSION].mark(["orders"], 1)


# What may happen, in any order: writers of one table begin, commit, end, die; pages are looked at, and others act
# between a page's look at the versions, its reading of the data, and its keeping of the result.
WRITERS = range(3)
STEPS = st.tuples(st.sampled_from(["mark", "commit", "unmark", "die"]), st.sampled_from(WRITERS))
PAGES = st.tuples(st.just("page"), st.tuples(st.lists(STEPS, max_size=4), st.lists(STEPS, max_size=4)))


@pytest.mark.usefixtures("versions")
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happening=st.lists(st.one_of(STEPS, PAGES), max_size=25))
def test_no_order_of_events_shows_what_was_before_the_last_commit(happening: list[Any], redis: PrivateRedis) -> None:
    redis.client().flushall()
    world = World()
    for what, detail in happening:
        if what == "page":
            world.look(*detail)
        else:
            world.act(what, detail)
    world.look([], [])


class World:
    """A table of which only the number of its last commit counts, and its writers, each at its step."""

    def __init__(self) -> None:
        self.committed = 0
        self.at = dict.fromkeys(WRITERS, "idle")

    def act(self, what: str, writer: int) -> None:
        """Have a writer do its next step, if this is one; one that dies leaves its mark, and another comes later."""
        versions = Versions.of_app()
        assert versions is not None
        before, after = {
            "mark": ("idle", "marked"),
            "commit": ("marked", "committed"),
            "unmark": ("committed", "idle"),
            "die": (self.at[writer], "dead"),
        }[what]
        if self.at[writer] != before:
            return
        self.at[writer] = after
        if what == "mark":
            versions.mark(["orders"], writer)
        elif what == "commit":
            self.committed += 1
        elif what == "unmark":
            versions.unmark(["orders"], writer)

    def look(self, before: list[Any], after: list[Any]) -> None:
        """Look at a page while others act."""

        def compute() -> int:
            for step in before:
                self.act(*step)
            number = self.committed
            for step in after:
                self.act(*step)
            return number

        known = self.committed
        assert cached("commits", ["orders"], compute) >= known


def test_the_url_of_no_redis_says_so() -> None:
    app = create_app("testing")
    app.config["REDIS_URL"] = "http://127.0.0.1"
    with app.app_context(), pytest.raises(ConfigError, match="REDIS_URL is not the URL of a Redis"):
        cached("rows", ["orders"], lambda: 1)
