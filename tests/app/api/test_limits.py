"""How many requests a user may send, how many tokens an address may try; what each answer says of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.api import limits
from app.errors import ConfigError
from tests.app.api.conftest import ApiAs, ApiClient
from tests.private_redis import PrivateRedis, private_redis


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """Name the database, which does not matter here."""
    return str(request.param)


@pytest.fixture(autouse=True)
def _one_window(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock of the limits, so that no window ends in the middle of a test."""
    now = time.time() // 3600 * 3600 + 10.5
    monkeypatch.setattr(limits.time, "time", lambda: now)
    app.config["PROPAGATE_EXCEPTIONS"] = False


def set_rate(app: Flask, text: str) -> None:
    """Have an application count so."""
    app.extensions["opsdesk_api_limits"].rate = limits._rate(text)


def test_each_answer_says_what_is_left(operator: ApiClient) -> None:
    first, second = operator.get("me"), operator.get("me")
    assert first.headers["RateLimit-Limit"] == "600"
    assert [answer.headers["RateLimit-Remaining"] for answer in (first, second)] == ["599", "598"]
    assert first.headers["RateLimit-Reset"] == "50"  # of a minute that began 10.5 seconds ago
    assert "Retry-After" not in first.headers


def test_a_user_who_asks_too_often_waits_with_any_token_and_others_do_not(app: Flask, api_as: ApiAs) -> None:
    set_rate(app, "2 per minute")
    program = api_as("viewer")
    answers = [program.get("me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    late = answers[-1]
    assert late.headers["RateLimit-Remaining"] == "0"
    assert late.headers["Retry-After"] == late.headers["RateLimit-Reset"] == "50"
    assert late.json is not None
    assert late.json["detail"] == "More than 2 requests in 60 seconds."
    assert api_as("viewer").get("me").status_code == 429
    assert api_as("operator").get("me").status_code == 200


def test_who_brings_no_token_is_counted_by_address(app: Flask, anonymous: ApiClient) -> None:
    set_rate(app, "2 per minute")
    assert [anonymous.get(path).status_code for path in ("me", "openapi.json", "me", "docs")] == [401, 200, 429, 429]
    assert anonymous.get("/healthz").status_code == 200


def test_tokens_cannot_be_guessed(app: Flask, operator: ApiClient, anonymous: ApiClient) -> None:
    wrong = [operator.token[:-6] + f"{number:06}" for number in range(limits.GUESSES)]
    for token in (wrong[0], wrong[0], *wrong):  # the first is one that nobody has changed
        assert ApiClient(anonymous.client, token).get("me").status_code == 401
    blocked = ApiClient(anonymous.client, operator.token).get("me")
    assert blocked.status_code == 429
    assert 0 < int(blocked.headers["Retry-After"]) <= limits.GUESSES_S
    elsewhere = operator.get("me", environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 200


@pytest.mark.parametrize("text", ["", "many", "600", "600 per moon", "1 per minute; 2 per hour"])
@pytest.mark.usefixtures("app")
def test_a_rate_that_is_none_keeps_from_starting(text: str) -> None:
    with pytest.raises(ConfigError, match="API_RATE_LIMIT"):
        create_app({"API_RATE_LIMIT": text})


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[PrivateRedis]:
    """Start a Redis."""
    with private_redis(tmp_path) as server:
        yield server


def test_processes_count_together_in_redis_and_by_themselves_while_it_is_away(
    operator: ApiClient, redis: PrivateRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REDIS_WAIT_S", 30)
    apps = [create_app({"REDIS_URL": redis.url, "API_RATE_LIMIT": "3 per minute"}) for _ in range(2)]
    programs = [ApiClient(app.test_client(), operator.token) for app in apps]
    left = [program.get("me").headers["RateLimit-Remaining"] for program in programs]
    assert left == ["2", "1"]
    redis.stop()
    alone = [program.get("me") for program in programs]
    assert [(answer.status_code, answer.headers["RateLimit-Remaining"]) for answer in alone] == [(200, "2")] * 2
