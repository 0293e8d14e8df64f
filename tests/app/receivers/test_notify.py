"""A run that ends badly is told to people, in the process where it ended; no other is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask

from app import create_app
from app.errors import Failed
from app.extensions import db
from app.services import runs
from app.services.notices.delivery import THREAD, wait_for_all
from tests.app.services.notices.servers import Hook, Post, Server, serving
from tests.app.services.runs.processes import kill, process, said


@pytest.fixture
def hook() -> Iterator[Server]:
    """Start a server that takes notices."""
    with serving(Hook, 200) as server:
        yield server


@pytest.fixture
def telling(app: Flask, hook: Server) -> Iterator[Flask]:
    """Give an application on the same database that tells the server, inside its context."""
    url = app.config["SQLALCHEMY_DATABASE_URI"].render_as_string(hide_password=False)
    hooked = {"ALERT_WEBHOOK_URL": f"http://127.0.0.1:{hook.port}/", "ALERT_ALLOW_PRIVATE": 1, "DATABASE_URL": url}
    another = create_app(hooked)
    with another.app_context():
        yield another
        wait_for_all()
        db.session.remove()
        db.engine.dispose()


def end(error: BaseException | None, **details: Any) -> int:
    """Have a run end, by this error if any, and return its id."""
    with (
        suppress(Failed, KeyboardInterrupt),
        runs.recorded("import", "june.xlsx → orders", {}, details=runs.Details(**details)) as run,
    ):
        if error is not None:
            raise error
    return run.id


def test_a_run_that_fails_is_told_after_it_is_on_record(telling: Flask, hook: Server) -> None:
    run_id = end(Failed("No room."))
    _, _, body = hook.received.get(timeout=60)
    told = json.loads(body)
    assert (told["run"], told["state"], told["error"]) == (run_id, "failed", "No room.")
    assert runs.get(run_id).state == "failed"


def test_what_ends_well_was_cancelled_or_is_a_dry_run_is_not(telling: Flask, hook: Server) -> None:
    end(None)
    end(KeyboardInterrupt())
    end(Failed("No room."), dry_run=True)
    assert [thread for thread in threading.enumerate() if thread.name.startswith(THREAD)] == []
    assert hook.received.empty()


def test_a_run_that_is_lost_is_told_by_whoever_finds_out(telling: Flask, hook: Server) -> None:
    with process() as running:
        run_id = int(said(running))
        kill(running)
    while runs.get(run_id).state == "running":
        pass
    _, _, body = hook.received.get(timeout=60)
    assert (json.loads(body)["run"], json.loads(body)["state"]) == (run_id, "lost")


def test_nobody_there_hurts_no_run(app: Flask) -> None:
    with serving(Post, "250 ok") as gone:
        port = gone.port
    url = app.config["SQLALCHEMY_DATABASE_URI"].render_as_string(hide_password=False)
    with create_app({"ALERT_SMTP_URL": f"smtp://127.0.0.1:{port}", "DATABASE_URL": url}).app_context():
        assert runs.get(end(Failed("No room."))).error == "No room."
        wait_for_all()
        db.engine.dispose()


FAILING = """
    try:
        with runs.recorded("import", "june.xlsx → orders", {}) as run:
            print(run.id, flush=True)
            raise ValueError("no")
    except ValueError:
        pass
"""


def test_a_process_that_ends_waits_until_it_was_told(app: Flask, hook: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERT_WEBHOOK_URL", f"http://127.0.0.1:{hook.port}/")
    monkeypatch.setenv("ALERT_ALLOW_PRIVATE", "1")
    with process(FAILING) as failing:
        run_id = int(said(failing))
        assert failing.wait(60) == 0
    assert json.loads(hook.received.get(timeout=60)[2])["run"] == run_id
