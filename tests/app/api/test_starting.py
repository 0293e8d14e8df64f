"""What starts a run answers with it at once; the same request with the same key starts it only once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from apiflask import Schema, fields
from flask import Flask
from flask.views import MethodView
from sqlalchemy import func, select

from app.api.resources import resource
from app.api.starting import starts_run
from app.http.roles import needs
from app.models import Run
from app.services.transactions import reading
from tests.app.api.conftest import ApiAs, ApiClient
from tests.waiting import queue_one

KEY = "Idempotency-Key"


class AskedSchema(Schema):
    """What the tests' operation takes."""

    name = fields.String(required=True)


@pytest.fixture(autouse=True)
def _operation(app: Flask) -> None:
    """Add an operation that starts a run."""
    blueprint = resource("tests", "Of the tests.")

    class Starting(MethodView):
        @needs("operator")
        @starts_run
        @blueprint.input(AskedSchema)
        def post(self, json_data: dict[str, Any]) -> int:  # noqa: ARG002
            """Start one."""
            return queue_one()

    blueprint.add_url_rule("/runs", view_func=Starting.as_view("starting"))
    app.register_blueprint(blueprint)


def queued() -> int:
    """Return how many runs wait."""
    with reading() as session:
        return int(session.scalar(select(func.count()).select_from(Run).where(Run.state == "queued")) or 0)


def start(program: ApiClient, key: str | None = None, name: str = "a") -> Any:
    """Ask for a run."""
    return program.post("tests/runs", {"name": name}, headers={KEY: key} if key is not None else {})


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_answer_is_the_run_and_where_it_is(operator: ApiClient) -> None:
    answer = start(operator)
    assert answer.status_code == 202
    assert answer.json["state"] == "queued"
    assert answer.headers["Location"] == f"/api/v1/runs/{answer.json['id']}"
    assert start(operator).json["id"] != answer.json["id"]
    assert "Idempotent-Replayed" not in answer.headers


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_same_request_is_answered_with_the_same_run(operator: ApiClient, api_as: ApiAs) -> None:
    first, again, other = start(operator, "k"), start(api_as("operator"), "k"), start(operator, "K")
    assert again.json["id"] == first.json["id"] != other.json["id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert start(api_as("admin"), "k").json["id"] != first.json["id"]
    assert queued() == 3


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_another_request_with_the_key_is_refused(operator: ApiClient) -> None:
    start(operator, "k")
    answer = start(operator, "k", "b")
    assert answer.status_code == 422
    assert "another request" in answer.json["detail"]
    assert queued() == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_refused_keeps_no_key(operator: ApiClient) -> None:
    assert operator.post("tests/runs", {"nmae": "a"}, headers={KEY: "k"}).status_code == 422
    assert start(operator, "k").status_code == 202


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "é"])
def test_a_key_that_is_none(operator: ApiClient, key: str) -> None:
    answer = start(operator, key)
    assert answer.status_code == 422
    assert answer.json["errors"][0] | {"message": ""} == {"field": KEY, "in": "headers", "message": ""}
    assert queued() == 0


def test_at_the_same_moment_all_get_the_same_run(app: Flask, operator: ApiClient) -> None:
    programs = [ApiClient(app.test_client(), operator.token) for _ in range(6)]
    with ThreadPoolExecutor(len(programs)) as threads:
        answers = list(threads.map(lambda program: start(program, "k"), programs))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sorted("Idempotent-Replayed" in answer.headers for answer in answers) == [False] + [True] * 5
    assert queued() == 1
