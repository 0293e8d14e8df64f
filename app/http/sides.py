"""Whose a request is, by its path: the API's, or the console's. The API knows no cookies, and has no pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Request, request

API = "api"
CONSOLE = "console"
API_FOLDER = "/api/"
API_FILES = ("/healthz", "/readyz", "/metrics")

Hook = Callable[[], Any]


def side_of(asked: Request) -> str:
    """Return whose a request is."""
    return API if asked.path.startswith(API_FOLDER) or asked.path in API_FILES else CONSOLE


def console_only(hook: Hook) -> Hook:
    """Have what comes before a view leave requests of the API alone."""
    return _only(CONSOLE, hook)


def api_only(hook: Hook) -> Hook:
    """Have what comes before a view leave requests of the console alone."""
    return _only(API, hook)


def _only(side: str, hook: Hook) -> Hook:
    @wraps(hook)
    def on_its_side() -> Any:
        return hook() if side_of(request) == side else None

    return on_its_side
