"""Each role gets exactly its operations: all of them stand in one table."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.views import MethodView

from app.api.access import need_of
from app.api.resources import resource
from app.http.roles import PUBLIC, needs
from app.models.user import ROLES
from tests.app.api.conftest import ApiAs, ApiClient

# Who may use each operation, by its view and method.
NEEDS = {
    ("api_documentation.specification", "GET"): PUBLIC,
    ("api_documentation.page", "GET"): PUBLIC,
    ("api_health.live", "GET"): PUBLIC,
    ("api_health.ready", "GET"): PUBLIC,
    ("api_metrics.metrics", "GET"): "viewer",
    ("api_me.me", "GET"): "viewer",
    ("api_me.tokens", "GET"): "viewer",
    ("api_me.tokens", "POST"): "viewer",
    ("api_me.token", "GET"): "viewer",
    ("api_me.token", "DELETE"): "viewer",
    ("api_users.users", "GET"): "admin",
    ("api_users.users", "POST"): "admin",
    ("api_users.user", "GET"): "admin",
    ("api_users.user", "PATCH"): "admin",
    ("api_users.disable", "POST"): "admin",
    ("api_users.enable", "POST"): "admin",
    ("api_users.reset_password", "POST"): "admin",
    ("api_users.sign_out", "POST"): "admin",
    ("api_tables.list", "GET"): "viewer",
    ("api_tables.table", "GET"): "viewer",
    ("api_tables.rows", "GET"): "viewer",
    ("api_exports.export", "GET"): "operator",
    ("api_exports.template", "GET"): "operator",
    ("api_imports.uploads", "POST"): "operator",
    ("api_imports.upload", "GET"): "operator",
    ("api_imports.plan", "POST"): "operator",
    ("api_imports.dry_runs", "POST"): "operator",
    ("api_imports.dry_run", "GET"): "operator",
    ("api_imports.confirm", "POST"): "operator",
    ("api_imports.rejects", "GET"): "operator",
    ("api_imports.rejects_workbook", "GET"): "operator",
    ("api_scripts.scripts", "GET"): "viewer",
    ("api_scripts.script", "GET"): "viewer",
    ("api_scripts.parameters", "GET"): "viewer",
    ("api_scripts.runs", "POST"): "operator",
    ("api_runs.runs", "GET"): "viewer",
    ("api_runs.run", "GET"): "viewer",
    ("api_runs.log", "GET"): "viewer",
    ("api_runs.failures", "GET"): "viewer",
    ("api_runs.artifact", "GET"): "operator",
    ("api_runs.pause", "POST"): "operator",
    ("api_runs.cancel", "POST"): "operator",
    ("api_runs.resume", "POST"): "operator",
    ("api_runs.undo", "POST"): "admin",
    ("api_runs.verification", "GET"): "admin",
}
# What stands for the parts of an address that vary; nothing has these names.
PARTS = {"table": "nothing", "name": "nobody", "token_id": 999, "run_id": 999}


def operations(app: Flask) -> list[tuple[str, str, str]]:
    """Return endpoint, method and address of every operation."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith("api_"):
                address = app.url_for(rule.endpoint, **{name: PARTS.get(name, "0" * 32) for name in rule.arguments})
                found += [(rule.endpoint, method, address) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return found


def test_every_operation_says_who_may_use_it(app: Flask) -> None:
    assert {(endpoint, method): need_of(endpoint, method) for endpoint, method, _ in operations(app)} == NEEDS


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", ["", *ROLES])
def test_each_role_gets_exactly_its_operations(
    app: Flask, anonymous: ApiClient, request: pytest.FixtureRequest, role: str
) -> None:
    program: ApiClient = request.getfixturevalue(role) if role else anonymous
    wrong = []
    for endpoint, method, address in operations(app):
        answer, need = program.ask(method, address), NEEDS[endpoint, method]
        refused = answer.status_code in (401, 403)
        if refused == may(role, need) or (refused and (answer.status_code == 401) == bool(role)):
            wrong.append((method, address, answer.status_code))
        assert answer.status_code < 500, address
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
    assert not wrong


def may(role: str, need: str) -> bool:
    """Tell whether a token of a role may do what needs another; "" is no token."""
    return need == PUBLIC or (bool(role) and ROLES.index(role) >= ROLES.index(need))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_operation_that_says_nothing_is_refused(app: Flask, api_as: ApiAs) -> None:
    class Forgotten(MethodView):
        def get(self) -> str:
            return "shown"

    blueprint = resource("tests", "Of the tests.")
    blueprint.add_url_rule("", view_func=Forgotten.as_view("forgotten"))
    app.register_blueprint(blueprint)
    for program in (api_as("admin"), ApiClient(app.test_client())):
        assert program.get("tests").status_code == 403


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("given", "challenge"),
    [
        (None, 'Bearer realm="opsdesk"'),
        ("Basic bGk6eA==", 'Bearer realm="opsdesk"'),
        ("Bearer", 'Bearer realm="opsdesk", error="invalid_token"'),
        ("Bearer wrong", 'Bearer realm="opsdesk", error="invalid_token"'),
        ("bearer " + "x" * 5000, 'Bearer realm="opsdesk", error="invalid_token"'),
    ],
)
def test_who_brings_no_token_is_told_how(anonymous: ApiClient, given: str | None, challenge: str) -> None:
    answer = anonymous.get("me", headers={"Authorization": given} if given else {})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, challenge)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_role_that_is_too_low_is_told_so(viewer: ApiClient) -> None:
    answer = viewer.get("users")
    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="opsdesk", error="insufficient_scope"'
    assert answer.json is not None
    assert answer.json["detail"] == "This needs the role admin; the token has viewer."


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_token_that_may_less_than_its_user_does_less(app: Flask, admin: ApiClient) -> None:
    made = admin.post("me/tokens", {"name": "for looking", "role": "viewer"})
    assert made.json is not None
    assert ApiClient(app.test_client(), made.json["token"]).get("users").status_code == 403


def test_a_role_that_is_none_is_a_mistake_at_import() -> None:
    with pytest.raises(ValueError, match="wizard"):
        needs("wizard")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_no_cookie_is_believed(app: Flask, admin: ApiClient) -> None:
    """Who is signed in on the console is nobody here."""
    client = app.test_client()
    client.set_cookie("opsdesk", "x" * 43)
    assert client.get("/api/v1/me").status_code == 401
    assert admin.ask("OPTIONS", "users").status_code == 200
