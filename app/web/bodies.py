"""How much of a request is taken in: little from who is not signed in, more of a form, most where a view takes a file.

A form that browsers send by default is read whole, and takes a hundred times its size (Werkzeug's manual, "Handling
Request Data"): what anybody may send has to be small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

from app.http import visits
from app.http.sides import console_only

KIB = 1024
MIB = 1024 * KIB
FORM_BEFORE_SIGN_IN = 64 * KIB
FORM = 4 * MIB
WITH_FILES = "multipart/form-data"

View = TypeVar("View", bound=Callable[..., Any])


def takes_file(view: View) -> View:
    """Have a view take a file of as much as UPLOAD_LIMIT_MB says, beside its form."""
    view.takes_file = True  # type: ignore[attr-defined]  # a function may have attributes
    return view


def init_app(app: Flask) -> None:
    """Limit them, anew once it is known who asks: that is after `access` has let them pass."""
    app.config["MAX_CONTENT_LENGTH"] = FORM_BEFORE_SIGN_IN
    app.config["MAX_FORM_MEMORY_SIZE"] = FORM
    app.before_request(console_only(_allow))


def _allow() -> None:
    if visits.current().user is None:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    has_file = getattr(view, "takes_file", False) and request.mimetype == WITH_FILES
    request.max_content_length = FORM + (current_app.config["UPLOAD_LIMIT_MB"] * MIB if has_file else 0)
