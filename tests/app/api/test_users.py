"""Users by the API: made, listed, changed by admins alone, under the console's own rules; no password but one, once."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from app.services import accounts, passwords, runs, sessions
from tests.app.api.conftest import ApiAs
from tests.app.web.conftest import create

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
GOOD = "kettle harbour violin"


def test_a_user_is_made_with_a_password_that_is_shown_once(api_as: ApiAs) -> None:
    admin = api_as("admin")
    answer = admin.post("users", {"name": "李雷", "role": "operator"})
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert (made["user"]["name"], made["user"]["role"], made["changed"]) == ("李雷", "operator", True)
    assert made["user"]["must_change_password"]
    assert passwords.verify(made["password"], accounts.get("李雷").password_hash)
    run = runs.get(made["run"])
    assert (run.operator, run.name, run.state) == ("admin", "create-user 李雷", "succeeded")
    assert answer.headers["Location"] == f"/api/v1/users/{quote('李雷')}"
    assert answer.headers["Cache-Control"] == "no-store"
    shown = admin.get(answer.headers["Location"])
    assert shown.json == made["user"]
    assert set(shown.json) == {
        *("id", "name", "role", "must_change_password", "disabled_at", "signed_in_at", "created_at")
    }
    for said in (shown.text, admin.get("users").text, str(run.arguments)):
        assert made["password"] not in said
        assert "argon2" not in said


def test_a_password_that_is_given_is_not_shown_at_all(api_as: ApiAs) -> None:
    admin = api_as("admin")
    made = admin.post("users", {"name": "li", "password": GOOD})
    assert made.status_code == 201
    assert made.json["user"]["role"] == "viewer"
    assert not made.json["user"]["must_change_password"]
    reset = admin.post("users/LI/reset-password", {"password": f"{GOOD} two"})
    assert reset.status_code == 200, reset.text
    assert passwords.verify(f"{GOOD} two", accounts.get("li").password_hash)
    for answer in (made, reset):
        assert "password" not in answer.json
        assert GOOD not in answer.text


def test_users_are_listed_by_page_text_and_role(api_as: ApiAs) -> None:
    admin = api_as("admin")
    for name, role in (("zhao", "operator"), ("王_芳", "viewer"), ("Anna", "viewer")):
        create(name, role)
    first = admin.get("users?per_page=3")
    assert [user["name"] for user in first.json["items"]] == ["admin", "Anna", "zhao"]
    assert first.json["total"] == 4
    assert 'rel="next"' in first.headers["Link"]
    for query, names in (
        ("role=viewer", ["Anna", "王_芳"]),
        (f"search={quote('芳')}", ["王_芳"]),
        ("search=_&role=operator", []),
        ("search=a&role=operator", ["zhao"]),
    ):
        assert [user["name"] for user in admin.get(f"users?{query}").json["items"]] == names


def test_an_admin_changes_role_disables_enables_signs_out_and_resets(api_as: ApiAs) -> None:
    admin, operator = api_as("admin"), api_as("operator")
    number = accounts.get("operator").id
    for act, member, value in (
        ("sign-out", "role", "operator"),
        ("disable", "role", "operator"),
        ("enable", "disabled_at", None),
    ):
        sessions.save(sessions.new_id(), None, {"user_id": number})
        told = admin.post(f"users/OPERATOR/{act}").json
        assert (told["changed"], told["user"][member]) == (True, value), act
        assert runs.get(told["run"]).name == f"{act} operator"
    assert told["sessions_ended"] == 0
    again = admin.post("users/operator/enable").json
    assert not again["changed"]
    changed = admin.ask("PATCH", "users/operator", json={"role": "viewer"}).json
    assert (changed["user"]["role"], changed["sessions_ended"]) == ("viewer", 1)
    assert operator.get("me").json["role"] == "viewer"
    reset = admin.post("users/operator/reset-password").json
    assert reset["user"]["must_change_password"]
    assert passwords.verify(reset["password"], accounts.get("operator").password_hash)
    assert operator.get("me").status_code == 200, "tokens are no matter of passwords"
    admin.post("users/operator/disable")
    assert operator.get("me").status_code == 401


@on_sqlite
def test_the_last_admin_stays(api_as: ApiAs) -> None:
    admin = api_as("admin")
    for answer in (
        admin.post("users/admin/disable"),
        admin.ask("PATCH", "users/admin", json={"role": "viewer"}),
    ):
        assert answer.status_code == 403
        assert "last enabled admin" in answer.json["detail"]
    assert accounts.get("admin").role == "admin"


@on_sqlite
@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_nobody_else_comes_in(api_as: ApiAs, role: str) -> None:
    program = api_as(role)
    create("li")
    for method, path, body in (
        ("GET", "users", None),
        ("POST", "users", {"name": "wang", "role": "admin"}),
        ("GET", "users/li", None),
        ("PATCH", f"users/{role}", {"role": "admin"}),
        *(("POST", f"users/li/{act}", None) for act in ("disable", "enable", "sign-out", "reset-password")),
    ):
        assert program.ask(method, path, json=body).status_code == 403, (method, path)
    assert [user.name for user in accounts.all_users()] == sorted(["li", role])


@on_sqlite
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "name"),
        ({"name": "a b"}, 422, "name"),
        ({"name": "../admin"}, 422, "name"),
        ({"name": "x" * 65}, 422, "name"),
        ({"name": 7}, 422, "name"),
        ({"name": "wang", "role": "root"}, 422, "role"),
        ({"name": "wang", "password": "short"}, 422, "password"),
        ({"name": "wang", "password": "password1234"}, 422, "password"),
        ({"name": "wang", "password": None}, 422, "password"),
        ({"name": "wang", "must_change_password": False}, 422, "must_change_password"),
        ({"name": "ADMIN"}, 409, None),
    ],
)
def test_what_cannot_be_made_is_refused_by_its_field(
    api_as: ApiAs, body: dict[str, object], status: int, field: str | None
) -> None:
    admin = api_as("admin")
    answer = admin.post("users", body)
    assert answer.status_code == status, answer.text
    assert [error["field"] for error in answer.json.get("errors", [])] == ([field] if field else [])
    assert [user.name for user in accounts.all_users()] == ["admin"]
    weak = admin.post("users/admin/reset-password", {"password": "password1234"})
    assert (weak.status_code, weak.json["errors"][0]["field"]) == (422, "password")
    assert "password1234" not in weak.text


@on_sqlite
def test_whom_nobody_knows_is_not_found(api_as: ApiAs) -> None:
    admin = api_as("admin")
    for name in ("nobody", "%3Cb%3E", "%E6%9D%8E", "x%00", "%FF", "-"):
        assert admin.get(f"users/{name}").status_code == 404, name
    for act in ("disable", "enable", "sign-out", "reset-password"):
        assert admin.post(f"users/nobody/{act}").status_code == 404, act
    assert admin.ask("PATCH", "users/nobody", json={"role": "viewer"}).status_code == 404
    assert admin.get("users?role=root").json["errors"][0]["field"] == "role"
    assert admin.get(f"users?search={'x' * 201}").json["errors"][0]["field"] == "search"
    assert admin.get("users?page=99999").status_code == 422
