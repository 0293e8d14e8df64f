"""Signals: documented, and no receiver can hurt the act or the others."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from blinker import NamedSignal
from flask import Flask

from app import signals
from tests.project_copy import ROOT
from tests.told import hearing

NAMES = {name: value for name, value in vars(signals).items() if isinstance(value, NamedSignal)}


@pytest.fixture
def app() -> Flask:
    """Give an application that has nothing."""
    return Flask("signals")


def test_all_lists_every_signal() -> None:
    assert set(signals.ALL) == set(NAMES.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_signal_says_when_it_is_sent_and_with_what(name: str) -> None:
    text = str(NAMES[name].__doc__)
    assert text.startswith("Sent ")
    assert "Args:" in text
    page = (ROOT / "docs" / "signals.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| `{name}` \|", page, re.MULTILINE)


def test_the_sender_is_the_application_and_the_rest_comes_by_name(app: Flask) -> None:
    with hearing(app) as told, hearing(Flask("another")) as untold, app.app_context():
        signals.send(signals.rows_changed, table="orders", run=7)
    assert told == [("rows-changed", {"table": "orders", "run": 7})]
    assert untold == []


def test_a_receiver_that_raises_is_logged_and_hurts_nobody(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def break_down(_app: Flask, **_: Any) -> None:
        raise RuntimeError("out of paper")

    def also(_app: Flask, **_: Any) -> None:
        raise ValueError("me too")

    logging.getLogger("app").propagate = True
    with (
        hearing(app) as told,
        signals.rows_changed.connected_to(break_down, sender=app),
        signals.rows_changed.connected_to(also, sender=app),
        app.app_context(),
    ):
        signals.send(signals.rows_changed, table="orders", run=7)
    assert len(told) == 1
    lines = [record for record in caplog.records if record.name == "app.signals"]
    assert {str(record.exc_info[1]) for record in lines if record.exc_info} == {"out of paper", "me too"}
    assert all("break_down" in record.receiver or "also" in record.receiver for record in lines)  # type: ignore[attr-defined]
