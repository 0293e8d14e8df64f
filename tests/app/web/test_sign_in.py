"""Sign-in and sign-out: whom it lets in, what the browser gets, what ends a session, how often it may be tried."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app import create_app
from app.models import RateLimit, Session
from app.models.base import utc_now
from app.services import accounts, sessions
from app.services.transactions import reading, writing
from tests.app.web.conftest import PASSWORD, SignedIn, Visitor, create
from tests.app.web.test_addresses import ELSEWHERE

WRONG = "The name or the password is wrong."
TRIES = 10

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def is_signed_in(visitor: Visitor) -> bool:
    """Tell whether a browser sees what only users see."""
    return visitor.get("/account/").status_code == 200


def test_who_is_signed_in_is_sent_on_and_sees_their_name(visitor: Visitor) -> None:
    create("李雷")
    answer = visitor.sign_in("李雷")
    assert (answer.status_code, answer.location) == (302, "/")
    assert "李雷" in visitor.get("/").text
    assert visitor.get("/sign-in").location == "/"


def test_a_wrong_name_a_wrong_password_and_a_disabled_user_get_the_same_answer(visitor: Visitor) -> None:
    create("li")
    create("wang")
    accounts.disable("wang")
    tries = [("li", "wrong"), ("nobody", PASSWORD), ("wang", PASSWORD)]
    answers = [visitor.sign_in(*one) for one in tries]
    assert [answer.status_code for answer in answers] == [401] * 3
    texts = [answer.text.replace(name, "NAME") for answer, (name, _) in zip(answers, tries, strict=True)]
    assert all(WRONG in text and PASSWORD not in text for text in texts)
    assert not is_signed_in(visitor)


@on_sqlite
def test_what_is_missing_is_said_beside_the_field(visitor: Visitor) -> None:
    answer = visitor.sign_in("", "")
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 2


@on_sqlite
@pytest.mark.parametrize("name", ["x" * 3_000, "\0", "'; --", "<b>", "\udcff"])
def test_hostile_names_are_only_wrong(visitor: Visitor, name: str) -> None:
    answer = visitor.sign_in(name.encode(errors="replace").decode(), PASSWORD)
    assert answer.status_code == 401
    assert "<b>" not in answer.text


@on_sqlite
def test_the_page_that_was_asked_for_comes_after_sign_in(visitor: Visitor) -> None:
    create("li")
    sent = visitor.get("/runs/?state=failed&page=2")
    assert sent.status_code == 302
    visitor.get(sent.location)
    answer = visitor.post(sent.location, {"name": "li", "password": PASSWORD})
    assert answer.location == "/runs/?state=failed&page=2"


@on_sqlite
def test_nobody_is_sent_elsewhere(visitor: Visitor) -> None:
    create("li")
    visitor.sign_in("li")
    visitor.get("/")
    for wanted in [*ELSEWHERE, "%2F%2Fevil.example"]:
        assert visitor.get(f"/sign-in?next={quote(wanted)}").location == "/", wanted
        assert visitor.post("/account/language", {"language": "en", "from": wanted}).location == "/", wanted


def test_an_id_from_before_sign_in_is_worth_nothing_after(app: Flask, visitor: Visitor) -> None:
    create("li")
    visitor.get("/sign-in")
    planted = visitor.id
    visitor.sign_in("li")
    assert planted
    assert planted != visitor.id
    assert sessions.store().load(planted) is None
    thief = Visitor(app.test_client())
    thief.client.set_cookie("opsdesk", planted)
    assert not is_signed_in(thief)


def test_signing_out_ends_the_session_on_the_server(app: Flask, signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    left = visitor.id
    assert left
    answer = visitor.post("/sign-out")
    assert answer.location == "/sign-in"
    assert "You are signed out." in visitor.get("/sign-in").text
    assert sessions.store().load(left) is None
    thief = Visitor(app.test_client())
    thief.client.set_cookie("opsdesk", left)
    assert not is_signed_in(thief)


def test_the_cookie_has_a_random_id_and_nothing_else(signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    assert visitor.id
    assert len(visitor.id) == 43
    with reading() as session:
        kept = session.scalars(select(Session)).all()
    assert all(visitor.id not in (row.id_hash, row.data) for row in kept)


@on_sqlite
def test_scripts_and_other_sites_do_not_get_the_cookie(visitor: Visitor) -> None:
    cookie = visitor.get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("opsdesk=")
    assert cookie.endswith("; HttpOnly; Path=/; SameSite=Lax")


@on_sqlite
@pytest.mark.usefixtures("app")
def test_in_production_the_cookie_is_bound_to_the_host_and_to_https() -> None:
    production = create_app({"PRODUCTION": True, "SECRET_KEY": "k" * 40})
    cookie = production.test_client().get("/sign-in", base_url="https://localhost").headers["Set-Cookie"]
    assert cookie.startswith("__Host-opsdesk=")
    assert cookie.endswith("; Secure; HttpOnly; Path=/; SameSite=Lax")


@on_sqlite
@pytest.mark.parametrize("cookie", ["x", "", "é" * 9, "0" * 64, "x" * 4000, '{"user_id": 1}'])
def test_a_forged_cookie_is_nobodys(app: Flask, visitor: Visitor, cookie: str) -> None:
    create("li")
    visitor.client.set_cookie("opsdesk", cookie)
    assert not is_signed_in(visitor)
    assert visitor.get("/sign-in").status_code == 200
    assert visitor.id != cookie


def _aged(**columns: timedelta) -> None:
    """Make the only session older."""
    with writing() as session:
        for name, age in columns.items():
            session.execute(update(Session).values({name: utc_now() - age}))


def test_a_session_ends_when_it_is_idle_for_long(signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    _aged(seen_at=timedelta(minutes=59))
    assert is_signed_in(visitor)
    _aged(seen_at=timedelta(minutes=61))
    assert not is_signed_in(visitor)


def test_a_session_ends_some_hours_after_sign_in_however_it_is_used(signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    _aged(created_at=timedelta(hours=11.9))
    assert is_signed_in(visitor)
    _aged(created_at=timedelta(hours=12.1))
    assert not is_signed_in(visitor)


@on_sqlite
def test_a_page_that_fetches_its_parts_keeps_nobody_signed_in(signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    _aged(seen_at=timedelta(minutes=50))
    assert visitor.get("/now", headers={"HX-Request": "true"}).status_code == 200
    with reading() as session:
        assert utc_now() - session.scalars(select(Session.seen_at)).one() > timedelta(minutes=49)


@on_sqlite
def test_a_part_whose_session_has_ended_has_the_whole_page_loaded_anew(visitor: Visitor) -> None:
    answer = visitor.get("/now", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (401, "true")


ENDS: dict[str, Callable[[], object]] = {
    "role": lambda: accounts.set_role("operator", "viewer"),
    "disable": lambda: accounts.disable("operator"),
    "reset": lambda: accounts.reset_password("operator", "some other unrelated words 17"),
    "sign-out": lambda: accounts.sign_out("operator"),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_an_admin_does_to_a_user_ends_their_session(signed_in: SignedIn, end: str) -> None:
    visitor = signed_in("operator")
    ENDS[end]()
    answer = visitor.get("/account/")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/account/")


def test_signing_out_everywhere_ends_all_sessions_of_the_user_alone(app: Flask, signed_in: SignedIn) -> None:
    here, other = signed_in("viewer"), signed_in("operator")
    there = Visitor(app.test_client())
    there.sign_in("viewer")
    here.get("/account/")
    here.post("/account/sign-out-everywhere")
    assert [is_signed_in(one) for one in (here, there, other)] == [False, False, True]


def test_whose_password_was_made_for_them_has_to_choose_one_first(visitor: Visitor) -> None:
    create("li", must_change_password=True)
    visitor.sign_in("li")
    for path in ("/", "/account/", "/tables/", "/runs/"):
        assert visitor.get(path).location == "/account/password", path
    assert visitor.get("/account/password").status_code == 200
    visitor.post("/account/language", {"language": "zh", "from": "/account/password"})
    assert 'lang="zh-CN"' in visitor.get("/account/password").text
    assert visitor.post("/sign-out").location == "/sign-in"


@on_sqlite
def test_who_was_signed_out_meanwhile_is_told_so_and_lookers_are_not(visitor: Visitor) -> None:
    assert visitor.client.head("/account/").location == "/sign-in?next=/account/"
    assert "You were signed out" not in visitor.get("/sign-in").text
    assert visitor.post("/account/sign-out-everywhere").location == "/sign-in"
    assert "You were signed out meanwhile." in visitor.get("/sign-in").text


def try_often(visitor: Visitor, name: str, times: int = TRIES, **more: object) -> list[int]:
    """Try wrong passwords; return the statuses."""
    visitor.get("/sign-in")
    wrong = {"name": name, "password": "wrong"}
    return [visitor.post("/sign-in", wrong, **more).status_code for _ in range(times)]


def from_address(address: str) -> dict[str, dict[str, str]]:
    """Return how a request comes from there."""
    return {"environ_base": {"REMOTE_ADDR": address}}


def test_a_name_is_tried_ten_times_in_five_minutes_from_anywhere(app: Flask, visitor: Visitor) -> None:
    create("Li")
    create("wang")
    visitor.get("/sign-in")
    for number in range(TRIES):
        answer = visitor.post("/sign-in", {"name": "Lｉ", "password": "x"}, **from_address(f"10.0.0.{number}"))
        assert answer.status_code == 401
    right = {"name": "lI", "password": PASSWORD}
    refused = visitor.post("/sign-in", right, **from_address("10.0.1.1"))
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "300")
    assert "Too many tries" in refused.text
    another = visitor.post("/sign-in", {"name": "wang", "password": PASSWORD}, **from_address("10.0.1.1"))
    assert another.status_code == 302
    _windows_end()
    later = Visitor(app.test_client())
    assert later.sign_in("Li").status_code == 302


def _windows_end() -> None:
    with writing() as session:
        session.execute(update(RateLimit).values(expires_at=utc_now()))


@on_sqlite
def test_an_address_tries_ten_names_in_five_minutes(visitor: Visitor) -> None:
    create("li")
    visitor.get("/sign-in")
    for number in range(TRIES):
        assert visitor.post("/sign-in", {"name": f"n{number}", "password": "x"}).status_code == 401
    right = {"name": "li", "password": PASSWORD}
    assert visitor.post("/sign-in", right).status_code == 429
    assert visitor.post("/sign-in", right, **from_address("10.9.9.9")).status_code == 302


@on_sqlite
def test_what_succeeds_is_not_counted(visitor: Visitor) -> None:
    create("li")
    for _ in range(TRIES + 2):
        assert visitor.sign_in("li").status_code == 302
        visitor.get("/")
        visitor.post("/sign-out")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(RateLimit)) == 0


@on_sqlite
def test_a_long_name_is_not_tried_oftener_in_another_spelling(visitor: Visitor) -> None:
    composed, apart = "é" * 60, "e\u0301" * 60
    statuses = try_often(visitor, composed, 5) + try_often(visitor, apart, 5, **from_address("10.1.1.1"))
    assert statuses == [401] * 10
    assert try_often(visitor, apart, 1, **from_address("10.1.1.2")) == [429]


@on_sqlite
def test_an_address_that_a_proxy_forwards_is_believed_only_behind_one(app: Flask, visitor: Visitor) -> None:
    visitor.get("/sign-in")
    for number in range(TRIES + 1):
        headers = {"X-Forwarded-For": f"10.0.0.{number}"}
        last = visitor.post("/sign-in", {"name": f"n{number}", "password": "x"}, headers=headers)
    assert last.status_code == 429
