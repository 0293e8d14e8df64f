"""My API tokens: made and shown once, listed, revoked; never above one's role, never another's."""

from __future__ import annotations

import re
from html import unescape

import pytest

from app.services import runs, tokens
from tests.app.web.conftest import SignedIn, Visitor, create

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def made(visitor: Visitor, name: str, role: str = "viewer", days: int = 90) -> str:
    """Make a token as a person does; return it as the page shows it."""
    visitor.get("/account/tokens/new")
    answer = visitor.post("/account/tokens/new", {"name": name, "role": role, "days": days})
    assert answer.status_code == 200, answer.text
    return unescape(re.findall(r'<code class="secret">([^<]+)</code>', answer.text)[0])


def test_a_token_is_made_shown_once_listed_and_revoked(signed_in: SignedIn) -> None:
    operator = signed_in("operator")
    assert "You have no tokens." in operator.get("/account/tokens/").text
    text = made(operator, "夜间 <b>", "operator", 7)
    found = tokens.recognise(text)
    assert found is not None
    assert (found.user.name, found.user.role) == ("operator", "operator")
    assert (runs.newest(1)[0].operator, runs.newest(1)[0].kind) == ("operator", "token")
    page = operator.get("/account/tokens/").text
    assert text not in page
    assert f"{text[:16]}…" in page
    assert "夜间 &lt;b&gt;" in page
    assert operator.post(f"/account/tokens/{found.token_id}/revoke").location == "/account/tokens/"
    page = operator.get("/account/tokens/").text
    assert "revoked" in page
    assert "/revoke" not in page
    assert tokens.recognise(text) is None
    operator.post(f"/account/tokens/{found.token_id}/revoke")
    assert "Nothing changed" in operator.get("/account/tokens/").text


def test_nobody_revokes_anothers(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    create("li")
    theirs = tokens.create("li", "theirs")
    admin.get("/account/tokens/new")
    assert admin.post(f"/account/tokens/{theirs.token.id}/revoke").status_code == 404
    assert tokens.recognise(theirs.text)
    assert "theirs" not in admin.get("/account/tokens/").text


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"name": "TAKEN"}, "name"),
        ({"role": "admin"}, "role"),
        ({"role": ""}, "role"),
        ({"days": "366"}, "days"),
        ({"days": "x"}, "days"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(signed_in: SignedIn, given: dict[str, str], field: str) -> None:
    operator = signed_in("operator")
    tokens.create("operator", "taken")
    page = operator.get("/account/tokens/new").text
    assert 'value="operator"' in page
    assert 'value="admin"' not in page
    answer = operator.post("/account/tokens/new", {"name": "a", "role": "viewer", "days": "90", **given})
    assert answer.status_code == 422
    assert f'id="{field}-errors"' in answer.text
    assert len(tokens.listing()) == 1
