"""What a request may bring: parameters and a body that its operation takes, of their type, and not too large."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from apiflask import HTTPError
from apiflask.schema_adapters.marshmallow import parser
from flask import Flask, Request, current_app, request
from webargs import missing
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from app.api.access import operation
from app.api.problems import with_words
from app.http.sides import api_only

KIB = 1024
MIB = 1024 * KIB
JSON = 128 * KIB
# What stands beside a file in its form.
BESIDE_FILE = 64 * KIB
MULTIPART = "multipart/form-data"

View = TypeVar("View", bound=Callable[..., Any])


def init_app(app: Flask) -> None:
    """Check it once the token is recognised; nothing of a body is read before."""
    app.before_request(api_only(_check))
    parser.location_loader("json")(_load_json)


def refused(field: str, place: str, message: str, status: int = 422) -> HTTPError:
    """Return the error that one field is refused."""
    return HTTPError(status, detail={place: {field: [message]}})


def _check() -> None:
    if request.endpoint is None:
        return
    spec = getattr(operation(request.endpoint, request.method), "_spec", {})
    if request.args and not any(location == "query" for _, location in spec.get("args") or ()):
        raise refused(next(iter(request.args)), "query", "Unknown field.")
    takes = spec.get("content_type") if spec.get("body") else None
    request.max_content_length = _limit(takes)
    if takes and _has_body() and request.mimetype != takes:
        sent = request.mimetype or "a body without Content-Type"
        raise with_words(UnsupportedMediaType(), f"This takes {takes}, not {sent}.")


def _limit(takes: str | None) -> int:
    if takes == MULTIPART:
        return int(current_app.config["UPLOAD_LIMIT_MB"]) * MIB + BESIDE_FILE
    return JSON


def _has_body() -> bool:
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def _load_json(sent: Request, _schema: Any) -> Any:
    """Return the body's JSON, `missing` without a body.

    Raises:
        RequestEntityTooLarge: it is more than the operation takes.
        HTTPError: it is none: 400. NaN, numbers of thousands of digits, halves of characters, members of one name and
            what is nested without end are none for us (RFC 8259, 4 to 9; RFC 7493, 2).
    """
    body = sent.get_data(cache=True)
    if not body:
        return missing
    if sent.content_length is None and len(body) >= (sent.max_content_length or JSON):
        raise RequestEntityTooLarge  # Werkzeug itself cuts off what came in chunks
    try:
        text = body.decode("utf-8-sig")
        found = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_members)
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise HTTPError(400, detail={"json": ["This is not JSON."]}) from None
    return found


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object. Who checks one of two members of the same name, and who takes the other, would not agree."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("There are two members of one name.")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")
