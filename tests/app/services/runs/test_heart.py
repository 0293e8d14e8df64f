"""The heartbeat of a run, its progress, and what it is asked to do."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.engine import WRITER
from app.extensions import db
from app.runner import server_lock
from app.services import runs
from app.services.runs import heart
from app.services.runs.channel import channel_of
from app.services.runs.folders import all_folders, folder_of

WITHIN_S = 60


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heart, "BEAT_S", 0.02)


def within(true: Callable[[], Any]) -> bool:
    """Tell whether something becomes true in time."""
    end = time.monotonic() + WITHIN_S
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_others_see_that_a_run_is_alive_and_how_far(app: Flask) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    with runs.recorded("script", "export_order", {}) as run:
        run.done, run.total = 500, 1200
        assert within(lambda: runs.get(run.id).progress_done == 500)
        first = runs.get(run.id)
        assert first.progress_total == 1200
        assert first.heartbeat_at is not None
        assert before < first.heartbeat_at <= datetime.now(UTC)
        assert within(lambda: runs.get(run.id).heartbeat_at > first.heartbeat_at)
        run.done = 1200
    last = runs.get(run.id)
    assert (last.state, last.progress_done, last.progress_total) == ("succeeded", 1200, 1200)
    assert runs.verify().problems == [], "what changes while it goes on is not sealed"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_beat_needs_no_write_lock_on_sqlite(app: Flask) -> None:
    with runs.recorded("script", "export_order", {}) as run, ExitStack() as stack:
        writer = stack.enter_context(db.engine.connect().execution_options(**{WRITER: True}))
        stack.enter_context(writer.begin())
        run.done = 77
        assert within(lambda: runs.get(run.id).progress_done == 77)
        channel_of(db.engine, run.folder).ask("pause")
        assert within(lambda: run.asked == "pause")


@pytest.mark.parametrize("what", ["pause", "cancel"])
def test_a_wish_reaches_the_run(what: str, app: Flask) -> None:
    with runs.recorded("script", "export_order", {}) as run:
        assert run.asked is None
        channel_of(db.engine, folder_of(run.id, run.token)).ask(what)
        assert runs.get(run.id).stop_requested == what
        assert within(lambda: run.asked == what)
    assert runs.get(run.id).stop_requested is None


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_a_run_learns_that_its_lock_is_gone(app: Flask) -> None:
    with runs.recorded("script", "export_order", {}) as run, db.engine.connect() as connection:
        assert not run.lock_lost
        name = runs.get(run.id).lock_name
        key = server_lock.key_of(db.engine, str(name))
        number = connection.scalar(sa.text("SELECT IS_USED_LOCK(:key)"), {"key": key})
        connection.execute(sa.text(f"KILL {number}"))
        assert within(lambda: run.lock_lost)


def test_trouble_with_a_beat_is_no_end_of_the_heart(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = threading.Event()

    class Broken:
        """Can tell nothing, at first."""

        def __init__(self, channel: Any) -> None:
            self._channel = channel

        def __getattr__(self, name: str) -> Any:
            return getattr(self._channel, name)

        def tell(self, done: int | None, total: int | None) -> None:
            if not broken.is_set():
                broken.set()
                raise OSError(28, os.strerror(28))
            self._channel.tell(done, total)

    monkeypatch.setattr("app.services.runs.recording.channel_of", lambda *args: Broken(channel_of(*args)))
    with runs.recorded("script", "export_order", {}) as run:
        run.done = 3
        assert within(lambda: runs.get(run.id).progress_done == 3)
    assert broken.is_set()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_runs_folder_is_its_users_alone_and_is_found_again(app: Flask) -> None:
    assert all_folders() == []
    with runs.recorded("script", "export_order", {}) as run:
        folder = run.folder
        folder.make()
        (folder.make() / "log").write_text("12345")
    assert folder.path.stat().st_mode & 0o777 == 0o700
    (folder.path.parent / "no run").mkdir()
    assert [found.path for found in all_folders()] == [folder.path]
    assert folder.size() >= 5
