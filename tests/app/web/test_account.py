"""My account: another password, where one is signed in."""

from __future__ import annotations

from html import unescape

import pytest
from flask import Flask

from app.services import sessions
from tests.app.web.conftest import PASSWORD, SignedIn, Visitor

NEW = "quite another four words 88"


def change(visitor: Visitor, old: str = PASSWORD, new: str = NEW, again: str = NEW) -> int:
    """Change the password as a person does; return the status."""
    visitor.get("/account/password")
    return visitor.post("/account/password", {"old": old, "new": new, "again": again}).status_code


def test_the_password_is_changed_and_only_this_session_goes_on_with_another_id(app: Flask, signed_in: SignedIn) -> None:
    here, there = signed_in("viewer"), Visitor(app.test_client())
    there.sign_in("viewer")
    before = here.id
    assert before
    assert change(here) == 302
    assert here.id != before
    assert sessions.store().load(before) is None
    assert "Your password is changed" in here.get("/account/").text
    assert there.get("/account/").status_code == 302
    assert there.sign_in("viewer").status_code == 401
    assert there.sign_in("viewer", NEW).status_code == 302


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"old": "wrong"}, "old", "The old password is wrong."),
        ({"old": ""}, "old", "This field is required."),
        ({"new": "short", "again": "short"}, "new", "12"),
        ({"new": "viewer-viewer-viewer", "again": "viewer-viewer-viewer"}, "new", "name"),
        ({"new": PASSWORD, "again": PASSWORD}, "new", "The new password is the old one."),
        ({"again": "something else 1234"}, "again", "The two are not the same."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    signed_in: SignedIn, given: dict[str, str], field: str, said: str
) -> None:
    visitor = signed_in("viewer")
    before = visitor.id
    visitor.get("/account/password")
    answer = visitor.post("/account/password", {"old": PASSWORD, "new": NEW, "again": NEW, **given})
    assert answer.status_code == 422
    errors = unescape(answer.text.split(f'id="{field}-errors"')[1].split("</ul>")[0])
    assert said in errors
    assert NEW not in answer.text
    assert PASSWORD not in answer.text
    assert visitor.id == before
    assert visitor.get("/account/").status_code == 200


def test_the_page_says_who_one_is_and_where_one_is_signed_in(signed_in: SignedIn) -> None:
    visitor = signed_in("operator")
    visitor.get("/account/", headers={"User-Agent": "<b>Firefox</b>"})
    text = visitor.get("/account/").text
    assert "<h1>operator</h1>" in text
    assert "127.0.0.1" in text
    assert "<b>" not in text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_password_cannot_be_guessed_at_an_open_browser(signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    assert [change(visitor, old=f"guess {number}") for number in range(11)] == [422] * 10 + [429]
    assert change(visitor) == 429
