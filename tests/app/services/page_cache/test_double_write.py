"""No page shows what was there before a commit: real writers, killed or not, a real reader, both databases, Redis."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.services import runs, statistics
from app.services.browsing import tables_for_browsing
from app.services.page_cache import cached
from app.services.page_cache.versions import Versions
from tests.importing import sql
from tests.private_redis import PrivateRedis, private_redis
from tests.zygote import Zygote, zygote

SCRIPT = '''"""Add goods, a few at a time."""

import os
import time

import sqlalchemy as sa

from app.runner import script

goods = sa.table("goods", sa.column("id"), sa.column("name"))


@script(owner="tests")
def main(run):
    first = int(os.environ["FIRST"])
    for batch in run.batches(range(first, first + int(os.environ["MANY"])), size=5):
        run.session.execute(sa.insert(goods), [{"id": number, "name": "script"} for number in batch])
        time.sleep(0.01)
'''
MARKED = "*changing:goods"


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateRedis]:
    """Give a Redis."""
    with private_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def flask() -> Iterator[Zygote]:
    """Start commands quickly, in processes of their own."""
    with zygote() as started:
        yield started


class Shop:
    """A table that only grows, what writes to it, and a page that shows how many rows it has."""

    def __init__(self, flask: Zygote, redis: PrivateRedis, folder: Path) -> None:
        self.flask = flask
        self.redis = redis.client()
        self.folder = folder
        self.output = folder / "output"
        self.computed = 0
        self._ids = count(1)

    def sheet(self, rows: int = 20) -> Path:
        """Write a sheet of goods that are not there yet."""
        first = next(self._ids) * 1000
        path = self.folder / f"goods_{first}.csv"
        path.write_text("id,name\n" + "".join(f"{first + number},tea\n" for number in range(rows)))
        return path

    def start_import(self, **env: str) -> int:
        """Begin to import a sheet; return the process."""
        return self.flask.start("import-excel", str(self.sheet()), "goods", output=self.output, **env)

    def start_script(self, many: int = 15, **env: str) -> int:
        """Begin to run the script; return the process."""
        given = {"FIRST": str(next(self._ids) * 1000), "MANY": str(many), **env}
        return self.flask.start("script", "run", "add_goods", output=self.output, **given)

    def rows(self) -> int:
        """Count the rows."""
        with db.engine.connect() as connection:
            return int(connection.scalar(sa.text("SELECT COUNT(*) FROM goods")) or 0)

    def shown(self) -> int:
        """Return what the page shows."""
        return int(cached("goods of the shop", ["goods"], self._compute))

    def _compute(self) -> int:
        self.computed += 1
        return self.rows()

    def check(self) -> None:
        """Look at the pages: they show at least what was committed before."""
        known, imported = self.rows(), self.imported()
        assert self.shown() >= known
        assert self.listed() >= known
        assert self.charted() >= imported

    def listed(self) -> int:
        """Return what the list of tables shows."""
        return next(entry.rows or 0 for entry in tables_for_browsing() if entry.name == "goods")

    def imported(self) -> int:
        """Count the imports that have succeeded."""
        return len(runs.newest(100, runs.Filter(kind="import", state="succeeded")))

    def charted(self) -> int:
        """Return how many imports the chart shows."""
        return len(statistics.rows_per_import(100))


@pytest.fixture
def environment(redis: PrivateRedis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name the Redis and the scripts, for the application that is made after this and for processes."""
    monkeypatch.setenv("REDIS_URL", redis.url)
    monkeypatch.setenv("SCRIPTS_PATH", str(tmp_path / "offline_script"))


@pytest.fixture
def shop(environment: None, app: Flask, flask: Zygote, redis: PrivateRedis, tmp_path: Path) -> Shop:
    """Give the table and the script, in an application that has Redis."""
    assert app.config["REDIS_URL"] == redis.url
    path = tmp_path / "offline_script" / "recycle" / "add_goods.py"
    path.parent.mkdir(parents=True)
    path.write_text(SCRIPT)
    sql("CREATE TABLE goods (id INTEGER PRIMARY KEY, name VARCHAR(20))", "INSERT INTO goods VALUES (0, 'before')")
    redis.client().flushall()
    return Shop(flask, redis, tmp_path)


def test_a_reader_that_races_writers_never_sees_what_was_before_a_commit(shop: Shop) -> None:
    looks = 0
    for _ in range(4):
        script, sheet = shop.start_script(many=60), shop.start_import()
        while any(Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" for pid in (script, sheet)):
            shop.check()
            looks += 1
        assert (shop.flask.wait(script), shop.flask.wait(sheet)) == (0, 0), shop.output.read_text()
        assert shop.shown() == shop.rows()
    assert shop.rows() == 1 + 4 * (60 + 20)
    computed = shop.computed
    assert looks >= 4
    assert computed >= 4
    assert shop.shown() == shop.rows()
    assert shop.computed == computed, "once nobody writes, nothing is computed"


@pytest.mark.parametrize("writer", ["start_import", "start_script"])
def test_a_writer_that_dies_right_after_any_commit_leaves_nothing_stale(shop: Shop, writer: str) -> None:
    grown = 0
    for number in count(1):
        shop.shown()
        before = shop.rows()
        code = shop.flask.wait(getattr(shop, writer)(DIE_AFTER=f"commit:{number}"))
        after = shop.rows()
        assert shop.shown() == shop.shown() == shop.listed() == after
        assert shop.charted() == shop.imported()
        if code == 0:
            break
        assert code == -signal.SIGKILL, shop.output.read_text()
        grown += after > before
        expire_marks(shop)
        assert shop.shown() == shop.shown() == after
        settle()
    assert grown, "no death was between the commit of rows and the word of it"


def test_nothing_is_kept_until_the_mark_of_a_dead_writer_expires(shop: Shop) -> None:
    versions = Versions.of_app()
    assert versions is not None
    versions.mark(["goods"], 7)
    assert [shop.shown(), shop.shown(), shop.computed] == [1, 1, 2]
    expire_marks(shop)
    assert [shop.shown(), shop.shown(), shop.computed] == [1, 1, 3]


def test_an_undo_is_shown_at_once(shop: Shop) -> None:
    assert shop.flask.wait(shop.start_import()) == 0
    assert shop.shown() == shop.shown() == 21
    run_id = runs.newest(1)[0].id
    assert shop.flask.run("runs", "undo", str(run_id), "--yes", output=shop.output) == 0, shop.output.read_text()
    assert shop.shown() == 1


def test_redis_away_hurts_no_writer(shop: Shop) -> None:
    assert shop.flask.wait(shop.start_import(REDIS_URL="redis://127.0.0.1:1/0")) == 0, shop.output.read_text()
    shop.output.unlink()
    assert shop.flask.wait(shop.start_script(REDIS_URL="redis://127.0.0.1:1/0")) == 0, shop.output.read_text()
    assert shop.output.read_text().count("page cache is away") == 1


def expire_marks(shop: Shop) -> None:
    """Bring the end of all marks of the table, as time does."""
    for key in shop.redis.scan_iter(MARKED):
        for writer in shop.redis.zrange(key, 0, -1):
            shop.redis.zadd(key, {writer: time.time() - 5})


def settle() -> None:
    """Wait until no run is running: its dead process has let its lock go."""
    end = time.monotonic() + 20
    while runs.newest(1, runs.Filter(state="running")):
        assert time.monotonic() < end
        time.sleep(0.02)
