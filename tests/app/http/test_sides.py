"""Whose a request is, by its path: what it looks like decides, not what is there."""

from __future__ import annotations

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from app.http.sides import API, CONSOLE, side_of


@pytest.mark.parametrize(
    ("path", "side"),
    [
        ("/", CONSOLE),
        ("/api", CONSOLE),
        ("/apis/v1/me", CONSOLE),
        ("/runs/api/v1", CONSOLE),
        ("/healthz/more", CONSOLE),
        ("/static/api/", CONSOLE),
        ("/api/", API),
        ("/api/v1/me", API),
        ("/api/nothing", API),
        ("/healthz", API),
        ("/readyz", API),
        ("/metrics", API),
    ],
)
def test_the_path_says_whose_a_request_is(path: str, side: str) -> None:
    assert side_of(Request(EnvironBuilder(path).get_environ())) == side
    below = EnvironBuilder(path, base_url="http://localhost/below").get_environ()
    assert side_of(Request(below)) == side
