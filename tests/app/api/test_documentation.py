"""The specification is one, says everything, and can be read by people."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from app import create_app
from app.api.documenting import PROBLEM


@pytest.fixture(scope="module")
def bare_app() -> Flask:
    """Give an application whose database nobody asks."""
    return create_app("testing")


@pytest.fixture(scope="module")
def spec(bare_app: Flask) -> dict[str, Any]:
    """Give the specification."""
    answer = bare_app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json is not None
    return dict(answer.json)


def operations(spec: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return path, method and description of each operation."""
    return [(path, method.upper(), one) for path, methods in spec["paths"].items() for method, one in methods.items()]


def test_it_is_one(spec: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(spec).validate()
    assert spec["openapi"] == "3.1.0"
    assert spec["servers"] == [{"url": "/"}]


def test_it_has_every_operation_of_the_api_and_nothing_else(bare_app: Flask, spec: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:[^<:]+:)?([^>]+)>", r"{\1}", rule.rule), method)
        for rule in bare_app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.startswith("api_")
    }
    assert {(path, method) for path, method, _ in operations(spec)} == routes
    ids = [one["operationId"] for _, _, one in operations(spec)]
    assert len(ids) == len(set(ids))


def test_every_operation_says_what_it_does_answers_and_asks_for(spec: dict[str, Any]) -> None:
    for path, method, one in operations(spec):
        assert one["summary"], (method, path)
        assert any(status.startswith("2") for status in one["responses"]), (method, path)
        assert ("security" in one) == ("x-role" in one) == ("401" in one["responses"]), (method, path)


def test_every_problem_is_a_problem(spec: dict[str, Any]) -> None:
    for path, method, one in operations(spec):
        for status, answer in one["responses"].items():
            if status[0] in "45" and status != "414" and (path, status) != ("/readyz", "503"):
                assert list(answer["content"]) == [PROBLEM], (method, path, status)


def test_no_object_is_there_twice(spec: dict[str, Any]) -> None:
    assert not [name for name in spec["components"]["schemas"] if re.search(r"\d$|Schema$", name)]


def test_the_page_shows_every_operation_and_loads_nothing_from_elsewhere(bare_app: Flask, spec: dict[str, Any]) -> None:
    answer = bare_app.test_client().get("/api/v1/docs")
    assert answer.status_code == 200
    for _, _, one in operations(spec):
        assert f'id="{one["operationId"]}"' in answer.text
    for name in spec["components"]["schemas"]:
        assert f'id="object-{name}"' in answer.text
    assert {address[0] for address in re.findall(r'(?:href|src)="([^"]+)"', answer.text)} == {"/", "#"}
    assert "Set-Cookie" not in answer.headers
    links = set(re.findall(r'href="#([^"]+)"', answer.text))
    assert links <= set(re.findall(r'id="([^"]+)"', answer.text))
