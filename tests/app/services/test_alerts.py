"""The problems that doctor finds, kept for a minute."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from flask import Flask

from app.extensions import db
from app.services.alerts import KEPT_S, NAME, Kept, alerts

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(app: Flask) -> Clock:
    """Give the clock that the application's alerts go by, in a set-up that is sound but for the settings."""
    clock = Clock()
    app.extensions[NAME] = Kept(clock)
    app.config["SECRET_KEY"] = "7f" * 32
    return clock


def names() -> list[str]:
    """Return the checks that found a problem."""
    return [name for name, _ in alerts()]


def test_only_problems_are_alerts_and_they_are_kept_for_a_while(app: Flask, clock: Clock) -> None:
    sound = names()
    assert "secret key" not in sound
    app.config["SECRET_KEY"] = "short"
    clock.now = KEPT_S - 1
    assert names() == sound
    clock.now = KEPT_S
    assert names() == [*sound, "secret key"]
    assert all(finding.mend for _, finding in alerts())


@on_sqlite
def test_a_database_that_is_away_is_an_alert(app: Flask, clock: Clock) -> None:
    db.engine.dispose()
    path = Path(str(db.engine.url.database))
    path.unlink()
    assert "database" in names()
    assert not path.exists()


@on_sqlite
def test_checks_that_cannot_be_carried_out_are_an_alert(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.delitem(db._app_engines, app)
        assert names() == ["doctor"]


@on_sqlite
def test_while_one_looks_anew_the_others_take_what_was_found(app: Flask, clock: Clock) -> None:
    sound = names()
    app.config["SECRET_KEY"] = "short"
    clock.now = KEPT_S
    kept = app.extensions[NAME]
    with kept.lock:
        assert names() == sound
    assert names() == [*sound, "secret key"]


@on_sqlite
def test_all_who_ask_first_wait_for_the_same_answer(app: Flask, clock: Clock) -> None:
    answers: list[object] = []

    def ask() -> None:
        with app.app_context():
            answers.append(alerts())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(answer) for answer in answers}) == 1


@on_sqlite
def test_a_check_that_fails_is_an_alert_like_any_other(app: Flask, clock: Clock) -> None:
    del app.config["SECRET_KEY"]
    assert "secret key" in names()
