"""The console without a browser: requests to a real application on a real database."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import asker
from app.logs import JsonFormatter, with_asker
from app.services import accounts, passwords

PASSWORD = "four unrelated words 2741"


@dataclass
class Visitor:
    """A browser: keeps its cookies, and sends the token of the last page that it saw."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open a page."""
        _forget()
        return self._seen(self.client.get(path, buffered=True, **more))

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form."""
        _forget()
        return self._seen(
            self.client.post(path, buffered=True, data={"csrf_token": self.token, **(data or {})}, **more)
        )

    @property
    def id(self) -> str | None:
        """Return the id of the session, which the cookie has; None without one."""
        cookie = self.client.get_cookie("opsdesk")
        return cookie.value if cookie else None

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        """Sign in as a person does: open the page, send the form."""
        self.get("/sign-in")
        return self.post("/sign-in", {"name": name, "password": password})

    def _seen(self, response: TestResponse) -> TestResponse:
        found = re.search(r'name="csrf_token" value="([^"]+)"', response.text) if response.is_json is False else None
        self.token = found[1] if found else self.token
        return response


def _forget() -> None:
    """Empty `g`, which requests share with the test's context here: real ones have one each."""
    for name in list(g):
        g.pop(name)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with little work: nearly every test here signs somebody in."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def console() -> bool:
    """Have the console."""
    return True


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Give a browser in which nobody is signed in."""
    return Visitor(app.test_client())


def create(name: str, role: str = "viewer", must_change_password: bool = False) -> None:
    """Make a user whose password is `PASSWORD`."""
    with asker.asking(asker.Asker("tests")):
        accounts.create_user(name, PASSWORD, role, must_change_password)


SignedIn = Callable[[str], Visitor]


@pytest.fixture
def signed_in(app: Flask) -> SignedIn:
    """Give browsers in which somebody is signed in, by their role, which is their name too."""

    def sign_in(role: str) -> Visitor:
        create(role, role)
        visitor = Visitor(app.test_client())
        assert visitor.sign_in(role).status_code == 302
        visitor.get("/")
        return visitor

    return sign_in


Log = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log(app: Flask) -> Iterator[Log]:
    """Give what the application has logged since, as production writes it: a dictionary a line."""
    lines, logger = io.StringIO(), logging.getLogger("app")
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(with_asker)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in lines.getvalue().splitlines()]
    logger.removeHandler(handler)
    logger.setLevel(level)
