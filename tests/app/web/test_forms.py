"""Forms: none is taken without the token of a page of ours."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_wtf.csrf import generate_csrf
from wtforms import StringField

from app.errors import Invalid
from app.web.forms import Form
from tests.app.web.conftest import SignedIn, Visitor
from tests.app.web.test_access import routes


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """Name the database, which does not matter here."""
    return str(request.param)


def test_no_form_is_taken_without_its_token(app: Flask, signed_in: SignedIn) -> None:
    visitor = signed_in("admin")
    taken = []
    for _, method, address in routes(app):
        if method == "POST":
            answer = visitor.client.post(address, data={"csrf_token": ""}, buffered=True)
            if answer.status_code != 400 or "has expired or is incomplete" not in answer.text:
                taken.append((address, answer.status_code))
    assert not taken
    assert visitor.get("/account/").status_code == 200


def test_no_form_is_taken_with_the_token_of_another_session(app: Flask, signed_in: SignedIn, visitor: Visitor) -> None:
    admin = signed_in("admin")
    visitor.get("/sign-in")
    admin.token = visitor.token
    assert admin.post("/users/-/new", {"name": "mallory", "role": "admin"}).status_code == 400


def test_a_token_from_before_sign_in_is_worth_nothing_after(signed_in: SignedIn, visitor: Visitor) -> None:
    signed_in("viewer")
    visitor.get("/sign-in")
    planted = visitor.token
    visitor.sign_in("viewer")
    visitor.token = planted
    assert visitor.client.post("/sign-out", data={"csrf_token": planted}).status_code == 400


def test_a_service_blames_a_field(app: Flask) -> None:
    class Named(Form):
        name = StringField()

    with app.test_request_context("/", method="POST", data={"name": "x"}):
        form = Named(meta={"csrf": False})
        form.blame(Invalid("It is taken.", "Take another."), "name")
        assert form.errors == {"name": ["It is taken. Take another."]}
        assert generate_csrf()
