"""What goes wrong, as problem details (RFC 9457): a title, a sentence, a hint, and the id that the log has too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any, TypeVar

from apiflask import HTTPError
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, SecurityError

from app.api.documenting import PROBLEM, answers
from app.errors import AppError
from app.http import failures, visits
from app.http.failures import Failure
from app.http.sides import API

__all__ = ["answers", "init_app", "problem", "with_words"]

# What is said where neither a service nor the one who raised it has words for it.
BY_KIND = {
    failures.BUSY: "All database connections are in use.",
    failures.DATABASE_AWAY: "The database is away or busy.",
    failures.REDIS_AWAY: "Redis does not answer.",
    failures.NOT_SET_UP: "The database lacks tables or columns of opsdesk (flask initdb, flask db upgrade).",
    failures.DISK_FULL: "The server's disk is full: nothing was kept.",
    failures.UNEXPECTED: "This is a fault of the server's. Nothing was half done; its log has the details.",
}
BY_STATUS = {
    400: "The request is not written as it should be.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "This is more than the operation takes.",
    416: "The file has no such range of bytes.",
}
# Fields that a problem names: a body can be wrong in 10,000 of them, of which nobody wants to hear.
MOST_ERRORS = 100
# The words of HTTP exceptions of our own; Werkzeug's speak of browsers.
OWN_WORDS = "opsdesk_words"

Error = TypeVar("Error", bound=HTTPException)


def init_app(app: Flask) -> None:
    """Answer with these where the API is asked."""
    failures.render_with(app, API, _render)
    app.register_error_handler(HTTPError, _input_error)


def with_words(error: Error, words: str) -> Error:
    """Return an HTTP exception with what is said of it here."""
    setattr(error, OWN_WORDS, words)
    return error


def problem(status: int, detail: str = "", hint: str = "", errors: list[dict[str, str]] | None = None) -> Response:
    """Return a problem as an answer."""
    body = {
        "type": "about:blank",
        "title": _title(status),
        "status": status,
        "detail": detail or BY_STATUS.get(status, ""),
        "hint": hint,
        "instance": request.path,
        "request_id": visits.current().request_id,
        "errors": errors,
    }
    text = json.dumps({name: value for name, value in body.items() if value}, ensure_ascii=False)
    return Response(text.encode(errors="replace"), status, content_type=PROBLEM)


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _render(failure: Failure) -> Response:
    answer = _answer_to(failure)
    for name, value in failure.headers.items():
        answer.headers[name] = value
    return answer


def _answer_to(failure: Failure) -> Response:
    error = failure.error
    if isinstance(error, AppError):
        return problem(failure.status, error.message, error.hint)
    if isinstance(error, SecurityError):
        return problem(failure.status, "The API does not answer for this host.")
    if isinstance(error, HTTPException):
        return problem(failure.status, getattr(error, OWN_WORDS, ""))
    return problem(failure.status, BY_KIND[failure.kind])


def _input_error(error: HTTPError) -> Response:
    """Return which field is refused, and why."""
    found = (
        {"field": field, "in": place, "message": message}
        for place, inside in dict(error.detail).items()
        for field, message in _flat(inside)
    )
    errors = list(islice(found, MOST_ERRORS))
    first = errors[0] if errors else {"field": "", "message": ""}
    detail = f"{first['field']}: {first['message']}" if first["field"] else first["message"]
    return problem(error.status_code, detail, errors=errors)


def _flat(found: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the field and the message of what marshmallow found, as `options.key`."""
    if isinstance(found, dict):
        for name, inside in found.items():
            here = path if name == "_schema" else f"{path}.{name}" if path else str(name)
            yield from _flat(inside, here)
    elif isinstance(found, list | tuple):
        for inside in found:
            yield from _flat(inside, path)
    else:
        yield path, str(found)
