"""Sign-in where Redis keeps sessions and counts tries, and where it is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.app.web.conftest import PASSWORD, Log, SignedIn, Visitor, create
from tests.private_redis import PrivateRedis, private_redis


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """Name the database, which does not matter here."""
    return str(request.param)


@pytest.fixture(autouse=True)
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateRedis]:
    """Have the application use a Redis of the test's own."""
    with private_redis(tmp_path) as server:
        monkeypatch.setenv("REDIS_URL", server.url)
        yield server


def keys(server: PrivateRedis, pattern: str) -> list[str]:
    """Return the keys like that."""
    with server.client() as client:
        return list(client.scan_iter(match=pattern))


def test_sessions_are_there_and_end_there(server: PrivateRedis, signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    kept = keys(server, "opsdesk:session:*")
    assert len(kept) == 1
    assert visitor.id not in kept[0]
    visitor.post("/sign-out")
    assert kept[0] not in keys(server, "opsdesk:session:*")
    assert visitor.get("/account/").status_code == 302


def test_tries_are_counted_there(app: Flask, server: PrivateRedis, visitor: Visitor) -> None:
    create("li")
    visitor.get("/sign-in")
    wrong = [visitor.post("/sign-in", {"name": "li", "password": "x"}).status_code for _ in range(10)]
    assert wrong == [401] * 10
    assert visitor.post("/sign-in", {"name": "li", "password": PASSWORD}).status_code == 429
    windows = keys(server, "*5*minute*")
    assert len(windows) == 2
    with server.client() as client:
        assert all(0 < client.ttl(key) <= 300 for key in windows)
        client.delete(*windows)
    assert Visitor(app.test_client()).sign_in("li").status_code == 302


@pytest.mark.parametrize("path", ["/account/", "/sign-in", "/nowhere"])
def test_while_it_is_away_nobody_is_let_in_and_the_page_says_so(
    server: PrivateRedis, signed_in: SignedIn, log: Log, path: str
) -> None:
    visitor = signed_in("admin")
    server.stop()
    answer = visitor.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "Redis" in answer.text
    assert "Traceback" not in answer.text
    assert str(server.port) not in answer.text
    assert answer.headers["X-Request-ID"] in {line.get("request_id") for line in log()}


def test_without_it_nobody_signs_in_with_the_right_password(app: Flask, server: PrivateRedis, visitor: Visitor) -> None:
    create("li")
    app.config["PROPAGATE_EXCEPTIONS"] = False  # answer as production does
    visitor.get("/sign-in")
    server.stop()
    answer = visitor.post("/sign-in", {"name": "li", "password": PASSWORD})
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (503, False)
    fresh = Visitor(app.test_client()).get("/sign-in")
    assert (fresh.status_code, "Set-Cookie" in fresh.headers) == (503, False)
    assert fresh.headers["Content-Security-Policy"]


def test_files_of_pages_need_no_redis(server: PrivateRedis, signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    server.stop()
    assert visitor.get("/static/style.css").status_code == 200
