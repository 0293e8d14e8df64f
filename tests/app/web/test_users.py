"""The pages of users: a list, one made, given a role, disabled, enabled, signed out, given a new password."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest

from app.models import User
from app.services import accounts, runs
from app.services.transactions import writing
from tests.app.web.conftest import SignedIn, Visitor, create

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def made(admin: Visitor, name: str, role: str = "viewer") -> str:
    """Make a user as an admin does; return the password that the page shows."""
    admin.get("/users/-/new")
    answer = admin.post("/users/-/new", {"name": name, "role": role})
    assert answer.status_code == 200, answer.text
    return unescape(re.findall(r'<code class="secret">([^<]+)</code>', answer.text)[0])


def test_a_user_is_made_with_a_password_that_is_shown_once_and_has_to_be_changed(
    signed_in: SignedIn, visitor: Visitor
) -> None:
    admin = signed_in("admin")
    password = made(admin, "李雷", "operator")
    assert password not in admin.get(f"/users/{quote('李雷')}").text
    run = runs.newest(1)[0]
    assert (run.operator, run.name, run.state) == ("admin", "create-user 李雷", "succeeded")
    assert password not in str(run.arguments)
    assert visitor.sign_in("李雷", password).status_code == 302
    assert visitor.get("/").location == "/account/password"
    assert accounts.get("李雷").role == "operator"


@on_sqlite
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "This field is required."),
        ("<b>", "The name holds U+003C"),
        ("'; DROP TABLE users; --", "The name holds U+0027"),
        ("../admin", "The name holds U+002F"),
        ("-new", "The name starts with"),
        ("x" * 65, "The name has 65 characters."),
        ("ADMIN", "admin"),
    ],
)
def test_a_name_that_nobody_may_have_is_refused_beside_the_field(signed_in: SignedIn, name: str, said: str) -> None:
    admin = signed_in("admin")
    admin.get("/users/-/new")
    answer = admin.post("/users/-/new", {"name": name, "role": "viewer"})
    assert answer.status_code == 422
    assert 'id="name-errors"' in answer.text
    assert said in unescape(answer.text)
    assert "<b>" not in answer.text
    assert [user.name for user in accounts.all_users()] == ["admin"]


@on_sqlite
def test_a_role_that_is_none_is_refused(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    create("li")
    admin.get("/users/-/new")
    assert admin.post("/users/-/new", {"name": "wang", "role": "root"}).status_code == 422
    assert admin.post("/users/li/role", {"role": "root"}).status_code == 400
    assert admin.post("/users/li/role").status_code == 400
    assert accounts.get("li").role == "viewer"


def test_the_list_is_paged_and_searched_in_the_database(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    with writing() as session:
        session.add_all(User(name=f"user{number:03}", role="viewer", password_hash="!") for number in range(60))
        session.add(User(name="王_芳", role="viewer", password_hash="!"))
    first, second = admin.get("/users/").text, admin.get("/users/?page=2").text
    assert "user048" in first
    assert "user055" not in first
    assert "user055" in second
    found = admin.get("/users/?search=%E8%8A%B3").text
    assert "王_芳" in found
    assert "user001" not in found
    assert "No user is called like that." in admin.get("/users/?search=%25").text
    assert "王_芳" in admin.get("/users/?search=_").text


@on_sqlite
def test_odd_pages_and_searches_are_no_fault(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    statuses = {
        "page=0": 404,
        "page=-1": 404,
        "page=x": 200,
        "page=99999999999999999999": 422,
        "search=%00": 200,
        f"search={'x' * 201}": 422,
        "search=%3Cb%3E": 200,
        "page=3": 200,
    }
    for arguments, status in statuses.items():
        answer = admin.get(f"/users/?{arguments}")
        assert (arguments, answer.status_code) == (arguments, status)
        assert "<b>" not in answer.text


def test_an_admin_changes_role_disables_enables_and_signs_out(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    user = signed_in("viewer")
    assert "127.0.0.1" in admin.get("/users/viewer").text
    assert admin.post("/users/viewer/sign-out").location == "/users/viewer"
    assert user.get("/account/").status_code == 302
    assert "Signed in nowhere." in admin.get("/users/viewer").text
    admin.post("/users/viewer/role", {"role": "operator"})
    assert accounts.get("viewer").role == "operator"
    admin.post("/users/viewer/disable")
    assert "disabled" in admin.get("/users/viewer").text
    assert user.sign_in("viewer").status_code == 401
    admin.get("/users/viewer")
    admin.post("/users/viewer/enable")
    assert user.sign_in("viewer").status_code == 302
    admin.get("/users/viewer")
    admin.post("/users/viewer/enable")
    assert "Nothing changed: it was so already." in admin.get("/users/viewer").text


def test_a_new_password_is_shown_once_and_the_old_one_is_worth_nothing(signed_in: SignedIn) -> None:
    admin, user = signed_in("admin"), signed_in("viewer")
    answer = admin.post("/users/viewer/reset-password")
    password = unescape(re.findall(r'<code class="secret">([^<]+)</code>', answer.text)[0])
    assert user.get("/account/").status_code == 302
    assert user.sign_in("viewer").status_code == 401
    assert user.sign_in("viewer", password).status_code == 302
    assert user.get("/").location == "/account/password"
    assert password not in admin.get("/users/viewer").text


def test_the_last_admin_stays(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    for path, data in [("disable", {}), ("role", {"role": "viewer"})]:
        admin.post(f"/users/admin/{path}", data)
        assert "is the last enabled admin" in admin.get("/users/admin").text
    assert accounts.get("admin").role == "admin"


def test_an_admin_who_takes_their_own_role_is_signed_out(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    create("other", "admin")
    admin.post("/users/admin/role", {"role": "viewer"})
    assert admin.get("/users/").location == "/sign-in?next=/users/"


@on_sqlite
def test_whom_nobody_knows_is_not_found(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    create("liu")
    for name in ("lui", "%3Cb%3E", "%E6%9D%8E", "x%00", "-"):
        answer = admin.get(f"/users/{name}")
        assert answer.status_code == 404, name
        assert "<b>" not in answer.text
    for path in ("role", "disable", "enable", "sign-out", "reset-password"):
        assert admin.post(f"/users/nobody/{path}", {"role": "viewer"}).status_code == 404, path
    assert admin.post("/users/liu/promote").status_code == 404


@on_sqlite
@pytest.mark.parametrize("name", ["new", "role", "李雷", "Ｌi", "a.b-c_d"])
def test_every_name_has_its_page(signed_in: SignedIn, name: str) -> None:
    admin = signed_in("admin")
    made(admin, name)
    kept = accounts.get(name).name
    answer = admin.get(f"/users/{quote(kept)}")
    assert f"<title>{kept} " in answer.text
    sent = admin.post(f"/users/{quote(name)}/disable")
    assert sent.location == f"/users/{quote(kept)}"
    assert accounts.get(kept).disabled_at
