"""Each role gets exactly its pages and acts: every route and method stands in one table."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.http.roles import PUBLIC, is_allowed, needs
from app.models.user import ROLES
from app.web.access import need_of
from tests.app.web.conftest import SignedIn, Visitor

# Who may use each view, by its name.
NEEDS = {
    "static": PUBLIC,
    "auth.sign_in": PUBLIC,
    "auth.sign_in_now": PUBLIC,
    "auth.sign_out": "viewer",
    "home.show": "viewer",
    "home.now": "viewer",
    "account.show": "viewer",
    "account.change_password": "viewer",
    "account.sign_out_everywhere": "viewer",
    "account.choose_language": PUBLIC,
    "tokens.list_": "viewer",
    "tokens.new": "viewer",
    "tokens.revoke": "viewer",
    "users.list_": "admin",
    "users.new": "admin",
    "users.show": "admin",
    "users.set_role": "admin",
    "users.reset_password": "admin",
    "users.change": "admin",
    "tables.list_": "viewer",
    "tables.show": "viewer",
    "tables.columns": "viewer",
    "tables.download": "operator",
    "tables.template": "operator",
    "runs.list_": "viewer",
    "runs.show": "viewer",
    "runs.live": "viewer",
    "runs.log": "viewer",
    "runs.artifact": "operator",
    "runs.pause": "operator",
    "runs.cancel": "operator",
    "runs.resume": "operator",
    "runs.undo": "admin",
    "runs.verify": "admin",
    "imports.new": "operator",
    "imports.show": "operator",
    "imports.try_out": "operator",
    "imports.run": "operator",
    "imports.leave_out": "operator",
    "imports.confirm": "operator",
    "scripts.list_": "viewer",
    "scripts.show": "viewer",
    "scripts.start": "operator",
    "scripts.apply": "operator",
    "scripts.retry": "operator",
}
# What stands for the parts of an address that vary; nothing has these names.
PARTS = {
    "filename": "style.css",
    "name": "nobody",
    "act": "enable",
    "token": "0" * 32,
    "token_id": 999,
    "run_id": 999,
    "table": "nothing",
}


def is_page(endpoint: str) -> bool:
    """Tell whether a view is the console's; the API has a table of its own."""
    return not endpoint.startswith("api_")


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Return endpoint, method and address of every route of the console."""
    found = []
    with app.test_request_context():
        for rule in filter(lambda rule: is_page(rule.endpoint), app.url_map.iter_rules()):
            address = app.url_for(rule.endpoint, **{name: PARTS[name] for name in rule.arguments})
            found += [
                (rule.endpoint, method, address) for method in sorted(rule.methods & {"GET", "POST", "PUT", "DELETE"})
            ]
    return found


def test_every_view_says_who_may_use_it(app: Flask) -> None:
    assert {endpoint: need_of(endpoint) for endpoint in app.view_functions if is_page(endpoint)} == NEEDS


def test_a_view_that_says_nothing_is_refused(app: Flask, signed_in: SignedIn) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "shown")
    assert signed_in("admin").get("/forgotten").status_code == 403
    assert Visitor(app.test_client()).get("/forgotten").status_code == 403


@pytest.mark.parametrize("role", ["", *ROLES])
def test_each_role_gets_exactly_its_pages_and_acts(app: Flask, signed_in: SignedIn, role: str) -> None:
    wrong = []
    visitor = signed_in(role) if role else Visitor(app.test_client())
    token = visitor.get("/account/" if role else "/sign-in") and visitor.token
    for endpoint, method, address in routes(app):
        if endpoint in ("auth.sign_out", "account.sign_out_everywhere") and role:
            continue  # they end the session, and are tested by themselves
        visitor.token = token
        answer = visitor.get(address) if method == "GET" else visitor.post(address)
        refused = answer.status_code == 403 or is_sent_to_sign_in(answer)
        if refused == may(role, NEEDS[endpoint]):
            wrong.append((method, address, answer.status_code))
        assert answer.status_code != 500, address
    assert not wrong


def is_sent_to_sign_in(answer: TestResponse) -> bool:
    """Tell whether an answer sends to the sign-in page."""
    return answer.status_code == 302 and (answer.location or "").startswith("/sign-in")


def may(role: str, need: str) -> bool:
    """Tell whether somebody of a role may use what needs another; "" is nobody who is signed in."""
    return need == PUBLIC or (bool(role) and ROLES.index(role) >= ROLES.index(need))


def test_a_role_that_is_none_is_a_mistake_at_import() -> None:
    with pytest.raises(ValueError, match="wizard"):
        needs("wizard")


def test_nobody_may_what_needs_nothing_known() -> None:
    assert not is_allowed(None, None)
