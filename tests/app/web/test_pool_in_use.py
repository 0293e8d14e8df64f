"""All connections of the pool are in use: the answer says so, and when to try again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask

from app.extensions import db
from app.services import alerts
from tests.app.web.conftest import SignedIn


@pytest.fixture
def backend() -> str:
    """Take MariaDB, where connections are few."""
    return "mysql"


@pytest.fixture(autouse=True)
def _short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOL_TIMEOUT_S", "1")


@contextmanager
def in_use(count: int) -> Iterator[None]:
    """Take so many connections out of the pool."""
    db.session.remove()
    with ExitStack() as held:
        for _ in range(count):
            held.enter_context(db.engine.connect())
        yield


@pytest.fixture
def whole_pool(app: Flask) -> int:
    """Return how many connections the pool may have."""
    return int(app.config["POOL_SIZE"] + app.config["POOL_OVERFLOW"])


def test_it_is_busy_and_says_when_to_retry(whole_pool: int, signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    with in_use(whole_pool):
        answer = visitor.get("/")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert answer.headers["X-Request-ID"] in answer.text
    assert visitor.get("/").status_code == 200


PATHS = ("/", "/tables/", "/tables/orders", "/tables/orders/columns", "/runs/", "/runs/1", "/runs/verify", "/scripts/",
         "/import/", "/users/", "/users/admin", "/account/")  # fmt: skip


def test_no_page_needs_a_second_connection_while_it_has_one(app: Flask, whole_pool: int, signed_in: SignedIn) -> None:
    """Else requests that each hold one would wait for each other, and all of them in vain."""
    visitor = signed_in("admin")
    app.extensions.pop(alerts.NAME, None)
    with in_use(whole_pool - 1):
        assert {path: visitor.get(path).status_code for path in PATHS} == dict.fromkeys(PATHS, 200)
        assert not [finding for _, finding in alerts.alerts() if "in use" in finding.what]
