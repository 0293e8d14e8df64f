"""Who asks, and their tokens: none does more than the one that made it, and none is shown twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.models.base import utc_now
from app.services import accounts, runs, tokens
from app.services.accounts import choose_language
from tests.app.api.conftest import ApiAs, ApiClient

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_me_is_the_tokens_user_with_what_is_known_of_the_token(api_as: ApiAs) -> None:
    operator = api_as("operator")
    choose_language("operator", "zh")
    answer = operator.get("me")
    assert answer.status_code == 200
    assert (answer.json["name"], answer.json["role"], answer.json["language"]) == ("operator", "operator", "zh")
    token = answer.json["token"]
    assert (token["shown"], token["role"], token["state"]) == (operator.token[:16], "operator", "active")
    assert token["scopes"] == ["viewer", "operator"]
    assert timedelta(days=89) < datetime.fromisoformat(token["expires_at"]) - utc_now() <= timedelta(days=90)
    assert datetime.fromisoformat(token["used_at"]) <= utc_now()
    assert operator.token not in answer.text
    assert "Vary" not in answer.headers
    assert "Set-Cookie" not in answer.headers


@on_sqlite
def test_a_lower_role_of_the_user_is_the_tokens_at_once(api_as: ApiAs) -> None:
    operator = api_as("operator")
    accounts.set_role("operator", "viewer")
    told = operator.get("me").json
    assert (told["role"], told["token"]["role"], told["token"]["scopes"]) == ("viewer", "operator", ["viewer"])
    accounts.disable("operator")
    assert operator.get("me").status_code == 401
    accounts.enable("operator")
    assert operator.get("me").status_code == 200


def test_a_token_makes_another_that_does_no_more_and_lives_no_longer(api_as: ApiAs) -> None:
    operator = api_as("operator")
    own = operator.get("me").json["token"]
    answer = operator.post("me/tokens", {"name": "报表 nightly", "role": "viewer", "expires_in_days": 365})
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert (made["role"], made["expires_at"], made["state"]) == ("viewer", own["expires_at"], "active")
    run = runs.get(made["run"])
    assert (run.operator, run.kind, run.arguments["made_by"]) == ("operator", "token", own["shown"])
    assert made["token"] not in str(run.arguments)
    child = ApiClient(operator.client, made["token"])
    assert child.get("me").json["role"] == "viewer"
    shown = operator.get(answer.headers["Location"])
    assert (shown.status_code, shown.json["name"]) == (200, "报表 nightly")
    assert made["token"] not in shown.text
    assert child.post("me/tokens", {"name": "up", "role": "operator"}).status_code == 403
    assert operator.post("me/tokens", {"name": "up", "role": "admin"}).status_code == 403
    short = operator.post("me/tokens", {"name": "short", "expires_in_days": 1}).json
    assert short["role"] == "operator"
    assert datetime.fromisoformat(short["expires_at"]) < utc_now() + timedelta(days=1)


@on_sqlite
def test_tokens_are_listed_page_by_page_without_themselves(api_as: ApiAs) -> None:
    operator, other = api_as("operator"), api_as("viewer")
    for name in ("a", "b"):
        operator.post("me/tokens", {"name": name})
    answer = operator.get("me/tokens?per_page=2")
    assert [token["name"] for token in answer.json["items"]] == ["b", "a"]
    assert answer.json["total"] == 3
    assert 'rel="next"' in answer.headers["Link"]
    assert "hash" not in answer.text
    assert other.get("me/tokens").json["total"] == 1


@on_sqlite
def test_a_token_revokes_itself_and_others_that_do_no_more(api_as: ApiAs) -> None:
    operator, other = api_as("operator"), api_as("viewer")
    viewing = operator.post("me/tokens", {"name": "viewing", "role": "viewer"}).json
    own = operator.get("me").json["token"]["id"]
    child = ApiClient(operator.client, viewing["token"])
    refused = child.ask("DELETE", f"me/tokens/{own}")
    assert refused.status_code == 403
    assert "has the role operator" in refused.json["detail"]
    for path in (f"me/tokens/{own}", "me/tokens/99", "me/tokens/99999999999999999999999"):
        assert other.ask("DELETE", path).status_code == 404
        assert other.get(path).status_code == 404
    answer = operator.ask("DELETE", f"me/tokens/{viewing['id']}")
    assert (answer.status_code, answer.data) == (204, b"")
    assert child.get("me").status_code == 401
    assert operator.ask("DELETE", f"me/tokens/{viewing['id']}").status_code == 204
    assert operator.ask("DELETE", f"me/tokens/{own}").status_code == 204
    assert operator.get("me").status_code == 401


@on_sqlite
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "name"),
        ({"name": ""}, 422, "name"),
        ({"name": " "}, 422, "name"),
        ({"name": "x" * 101}, 422, "name"),
        ({"name": "a\u0007"}, 422, "name"),
        ({"name": None}, 422, "name"),
        ({"name": "a", "role": "root"}, 422, "role"),
        ({"name": "a", "expires_in_days": 0}, 422, "expires_in_days"),
        ({"name": "a", "expires_in_days": 366}, 422, "expires_in_days"),
        ({"name": "a", "expires_in_days": None}, 422, "expires_in_days"),
        ({"name": "a", "token": "opsdesk_mine"}, 422, "token"),
        ({"name": "TAKEN"}, 409, None),
    ],
)
def test_what_cannot_be_made_is_refused_by_its_field(
    api_as: ApiAs, body: dict[str, object], status: int, field: str | None
) -> None:
    operator = api_as("operator")
    operator.post("me/tokens", {"name": "taken"})
    answer = operator.post("me/tokens", body)
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert [error["field"] for error in answer.json.get("errors", [])] == ([field] if field else [])
    assert len(tokens.listing()) == 2
