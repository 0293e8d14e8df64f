"""Who asks by a token: nobody by one that ended; with the lower one of two roles; noted without a wait."""

from __future__ import annotations

import base64
import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from app.extensions import db
from app.models import ApiToken
from app.models.base import utc_now
from app.services import accounts, tokens
from app.services.tokens.text import new_text
from app.services.transactions import reading, writing
from tests.app.services.tokens.conftest import put_token, put_user

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def row() -> ApiToken:
    """Return the only token."""
    with reading() as session:
        return session.scalars(select(ApiToken)).one()


def test_a_token_names_its_user_and_is_noted_about_once_a_minute(app: Flask) -> None:
    user_id = put_user("li", "operator", language="zh", must_change_password=True)
    text = put_token(user_id, "operator")
    found = tokens.recognise(text)
    assert found is not None
    assert (found.user.id, found.user.name, found.user.role, found.user.language) == (user_id, "li", "operator", "zh")
    assert not found.user.must_change_password, "a program cannot"
    assert found.token_id == row().id
    first = row().used_at
    assert first is not None
    assert tokens.recognise(text) == found
    assert row().used_at == first
    with writing() as session:
        session.execute(update(ApiToken).values(used_at=first - timedelta(seconds=61)))
    assert tokens.recognise(text) == found
    assert (row().used_at or first) > first


@on_sqlite
@pytest.mark.parametrize(
    ("of_token", "of_user", "effective"),
    [("viewer", "admin", "viewer"), ("admin", "operator", "operator"), ("operator", "operator", "operator")],
)
def test_the_lower_role_counts(app: Flask, of_token: str, of_user: str, effective: str) -> None:
    found = tokens.recognise(put_token(put_user("li", of_user), of_token))
    assert found is not None
    assert found.user.role == effective


def test_what_has_ended_is_nobodys(app: Flask) -> None:
    user_id, now = put_user("li"), utc_now()
    assert tokens.recognise(put_token(user_id, revoked_at=now)) is None
    assert tokens.recognise(put_token(user_id, expires_at=now - timedelta(seconds=1))) is None
    assert tokens.recognise(new_text()) is None
    good = put_token(user_id, expires_at=now + timedelta(minutes=5))
    assert tokens.recognise(good)
    accounts.disable("li")
    assert tokens.recognise(good) is None
    accounts.enable("li")
    assert tokens.recognise(good)


@on_sqlite
def test_what_cannot_be_a_token_does_not_reach_the_database(app: Flask) -> None:
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    good = new_text()
    for text in (
        "",
        "opsdesk_",
        good[:-1],
        good + "x",
        good + "\n",
        " " + good,
        good.upper(),
        "李" * 51,
        "x" * 100_000,
    ):
        assert tokens.recognise(text) is None
    assert asked == []
    assert tokens.recognise(good) is None
    assert len([statement for statement in asked if "api_tokens" in statement]) == 1


def test_a_request_waits_for_nobody_who_writes(app: Flask) -> None:
    text = put_token(put_user("li"))
    with writing() as session:
        session.execute(update(ApiToken).values(role="viewer"))
        session.flush()
        began = time.monotonic()
        assert tokens.recognise(text)
        assert time.monotonic() - began < 5
    assert row().used_at is None
    assert tokens.recognise(text)
    assert row().used_at is not None


def test_a_token_has_256_random_bits() -> None:
    texts = {new_text() for _ in range(100)}
    assert len(texts) == 100
    assert {len(base64.urlsafe_b64decode(text.removeprefix("opsdesk_") + "=")) for text in texts} == {32}
