"""The API as programs use it: requests with a token to a real application on a real database."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import asker
from app.services import accounts, tokens
from tests.app.web.conftest import PASSWORD, Log, _quick_hashes, log

__all__ = ["Log", "_quick_hashes", "log"]

FOLDER = "/api/v1"


@dataclass
class ApiClient:
    """A program with a token, or without one.

    Attributes:
        user: whose token it is.
    """

    client: FlaskClient
    token: str = ""
    user: str = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        """Ask for something; a path without a leading slash is inside /api/v1."""
        return self.ask("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        """Have something done."""
        return self.ask("POST", path, **({"json": json} if json is not None else {}), **more)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        """Send any request."""
        address = path if path.startswith("/") else f"{FOLDER}/{path}"
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.open(address, method=method, headers={**own, **(headers or {})}, **more)


@pytest.fixture
def console() -> bool:
    """Have the API."""
    return True


@pytest.fixture
def anonymous(app: Flask) -> ApiClient:
    """Give a program without a token."""
    return ApiClient(app.test_client())


ApiAs = Callable[[str], ApiClient]


@pytest.fixture
def api_as(app: Flask) -> ApiAs:
    """Give programs with a token, by its role, which is the name of its user too. Asked again, another token."""
    made: set[str] = set()
    numbers = itertools.count()

    def program(role: str) -> ApiClient:
        with asker.asking(asker.Asker("tests")):
            if role not in made:
                accounts.create_user(role, PASSWORD, role)
                made.add(role)
            created = tokens.create(role, f"test {next(numbers)}")
        return ApiClient(app.test_client(), created.text, role)

    return program


@pytest.fixture
def viewer(api_as: ApiAs) -> ApiClient:
    """Give a program with a viewer's token."""
    return api_as("viewer")


@pytest.fixture
def operator(api_as: ApiAs) -> ApiClient:
    """Give a program with an operator's token."""
    return api_as("operator")


@pytest.fixture
def admin(api_as: ApiAs) -> ApiClient:
    """Give a program with an admin's token."""
    return api_as("admin")
