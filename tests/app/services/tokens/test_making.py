"""Tokens made and revoked: on record without their text, never above who makes them, never longer than they may."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.errors import AppError, Conflict, Invalid, NotFound, Refused
from app.models import ApiToken
from app.models.base import utc_now
from app.services import accounts, runs, tokens
from app.services.tokens.others import MOST
from app.services.transactions import reading, writing
from tests.app.services.tokens.conftest import put_token, put_user

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_a_token_is_made_shown_once_and_on_record_without_its_text(app: Flask) -> None:
    put_user("Zhao", "operator")
    made = tokens.create("zhao", "  ｎightly import 夜间 ")
    found = tokens.recognise(made.text)
    assert found is not None
    assert (found.user.name, found.user.role, found.token_id) == ("Zhao", "operator", made.token.id)
    assert (made.token.name, made.token.shown, made.token.state) == ("nightly import 夜间", made.text[:16], "active")
    assert made.token.expires_at is not None
    assert timedelta(days=89, hours=23) < made.token.expires_at - utc_now() <= timedelta(days=90)
    run = runs.get(made.run_id)
    assert (run.kind, run.name, run.state) == ("token", "create Zhao: nightly import 夜间", "succeeded")
    assert run.rows == {"api_tokens": {"inserted": 1}}
    assert (run.arguments["name"], run.arguments["shown"], run.arguments["role"]) == (
        "Zhao",
        made.text[:16],
        "operator",
    )
    with reading() as session:
        row = session.scalars(select(ApiToken)).one()
    for value in (*vars(row).values(), run.arguments, run.name):
        assert made.text not in str(value)
    assert "hash" not in str(tokens.as_dict(made.token))


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"token_name": " "}, AppError, "0 characters"),
        ({"token_name": "x" * 101}, AppError, "101 characters"),
        ({"token_name": "a\x1bb"}, AppError, "U\\+001B"),
        ({"token_name": "a\udcffb"}, AppError, "U\\+DCFF"),
        ({"token_name": "a\nb"}, AppError, "U\\+000A"),
        ({"user_name": "zao"}, NotFound, '"zao"'),
        ({"role": "admin"}, Refused, "above"),
        ({"role": "root"}, Invalid, "no role"),
        ({"expires_in": timedelta()}, Invalid, "1 to 365 days"),
        ({"expires_in": timedelta(days=365, seconds=1)}, Invalid, "1 to 365 days"),
        ({"token_name": "TAKEN"}, Conflict, "called"),
        ({"user_name": "gone"}, Refused, "disabled"),
    ],
)
@on_sqlite
def test_what_cannot_be_made_leaves_no_token_and_no_run(
    app: Flask, change: dict[str, object], error: type[AppError], sentence: str
) -> None:
    put_token(put_user("zhao", "operator"), name="taken")
    put_user("gone", disabled_at=utc_now())
    with pytest.raises(error, match=sentence):
        tokens.create(**{"user_name": "zhao", "token_name": "night", **change})  # type: ignore[arg-type]
    assert len(tokens.listing()) == 1
    assert runs.newest(1) == []


@on_sqlite
def test_a_token_made_by_a_token_does_no_more_and_lives_no_longer(app: Flask) -> None:
    put_user("li", "admin")
    first = tokens.create("li", "first", "operator", timedelta(days=7)).token
    second = tokens.create("li", "second", by=first).token
    assert (second.role, second.expires_at) == ("operator", first.expires_at)
    assert tokens.create("li", "third", "viewer", None, by=first).token.expires_at == first.expires_at
    short = tokens.create("li", "short", expires_in=timedelta(hours=1), by=first).token
    assert short.expires_at
    assert first.expires_at
    assert short.expires_at < first.expires_at
    with pytest.raises(Refused, match="above that of this token"):
        tokens.create("li", "fourth", "admin", by=first)
    accounts.create_user("other", "kettle harbour violin", "admin")
    accounts.set_role("li", "viewer")
    assert tokens.create("li", "fifth", by=first).token.role == "viewer"
    assert runs.newest(1)[0].arguments["made_by"] == first.shown
    assert tokens.create("li", "for good", expires_in=None).token.expires_at is None


def test_a_revoked_token_is_not_taken_and_its_name_is_free(app: Flask) -> None:
    put_user("li")
    made = tokens.create("li", "night")
    revoked = tokens.revoke(str(made.token.id))
    assert (revoked.changed, revoked.token.state) == (True, "revoked")
    assert tokens.recognise(made.text) is None
    run = runs.get(revoked.run_id)
    assert (run.kind, run.name, run.rows) == ("token", "revoke li: night", {"api_tokens": {"updated": 1}})
    again = tokens.revoke(made.token.shown)
    assert (again.changed, again.token, again.run_id) == (False, revoked.token, None)
    assert runs.newest(1)[0].id == revoked.run_id
    assert tokens.create("li", "night").token.id != made.token.id


@on_sqlite
def test_a_token_is_named_by_id_beginning_or_whole_and_by_others_not_at_all(app: Flask) -> None:
    li, zhao = put_user("li"), put_user("zhao")
    made = tokens.create("li", "night")
    for which in (str(made.token.id), made.token.shown, made.text):
        assert tokens.revoke(which, li).token.id == made.token.id
        with pytest.raises(NotFound):
            tokens.revoke(which, zhao)
    unknown = ("", "0", "-1", "9" * 10, "9" * 100, "²", "opsdesk_", "opsdesk_' OR 1=1", "\udcff", made.text[:-1] + "!")
    for which in unknown:
        with pytest.raises(NotFound) as caught:
            tokens.revoke(which)
        assert which in str(caught.value) or which[:16] + '"' in str(caught.value)
    assert all(made.text not in str(run.arguments) for run in runs.newest(10))


@on_sqlite
def test_a_user_has_so_many_tokens_and_those_of_long_ago_are_forgotten(app: Flask) -> None:
    user_id = put_user("li")
    for _ in range(MOST):
        put_token(user_id)
    with pytest.raises(Refused, match=f"{MOST} are the most"):
        tokens.create("li", "one more")
    long_ago = utc_now() - timedelta(days=91)
    with writing() as session:
        some = select(ApiToken.id).limit(2).subquery()
        session.execute(update(ApiToken).where(ApiToken.id.in_(select(some))).values(revoked_at=long_ago))
    made = tokens.create("li", "one more")
    assert runs.get(made.run_id).rows == {"api_tokens": {"inserted": 1, "deleted": 2}}
    assert len(tokens.listing("LI")) == MOST - 1
    page = tokens.page("li", 2, 60)
    assert (len(page.items), page.total, page.has_next) == (MOST - 61, MOST - 1, False)


def test_of_two_at_the_same_time_one_gets_the_name(app: Flask) -> None:
    put_user("li")
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def create() -> None:
        with app.app_context():
            together.wait(timeout=30)
            try:
                tokens.create("li", "night")
                outcomes.append("made")
            except AppError as error:
                outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["Conflict", "made"]
    assert len(tokens.listing()) == 1
