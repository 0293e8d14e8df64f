"""Processes with another instance folder than the run's: on SQLite the database's own folder is the meeting place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.extensions import db
from app.runner.lock_folders import folder_of_database
from app.services import runs
from app.services.runs import heart, stopping
from tests.app.services.runs.processes import kill, process, said
from tests.app.services.runs.test_heart import within
from tests.app.services.runs.test_settling import state_within

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def elsewhere(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Give another application on the same database."""
    monkeypatch.setattr(heart, "BEAT_S", 0.02)
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path / "another instance"))
    other = create_app("testing")
    assert other.instance_path != app.instance_path
    yield other
    with other.app_context():
        db.engine.dispose()


def left() -> list[str]:
    """Return what is left of runs beside the database."""
    return sorted(path.name for path in folder_of_database(db.engine).glob("*"))


def test_a_wish_and_a_beat_go_between_them(app: Flask, elsewhere: Flask) -> None:
    with runs.recorded("script", "export_order", {}) as run:
        run.done = 77
        with elsewhere.app_context():
            assert within(lambda: runs.get(run.id).progress_done == 77)
            assert stopping.ask(run.id, "pause").asked
        assert within(lambda: run.asked == "pause")
    assert left() == [], "what a run tells goes with it"


def test_nothing_is_left_of_a_killed_run(app: Flask) -> None:
    with process() as dying:
        run_id = int(said(dying))
        stopping.ask(run_id, "pause")
        assert len(left()) >= 2
        kill(dying)
        assert state_within(run_id, "paused"), "as it was asked to"
    assert left() == []


def test_how_far_a_killed_run_was_is_kept_where_no_checkpoint_says_it(app: Flask) -> None:
    body = """
    from app.services.runs import heart
    heart.BEAT_S = 0.02
    with runs.recorded("script", "export_order", {}) as run:
        run.done = 4
        print(run.id, flush=True)
        sys.stdin.readline()
"""
    with process(body) as dying:
        run_id = int(said(dying))
        assert within(lambda: runs.get(run_id).progress_done == 4)
        kill(dying)
        assert state_within(run_id, "lost")
    assert runs.get(run_id).progress_done == 4


def test_what_cannot_be_removed_keeps_nobody_from_settling(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with process() as dying:
        run_id = int(said(dying))
        kill(dying)

        def forbidden(path: Path, *_args: object, **_settings: object) -> None:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "unlink", forbidden)
        assert state_within(run_id, "lost")
    with db.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT state FROM runs")) == "lost"
