"""What starts a run: it answers at once with the run, and the same request with the same key starts it only once."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from apiflask import Schema, fields
from apiflask.validators import Length, Regexp
from flask import Response, current_app, jsonify, request

from app.api import links
from app.api.bodies import refused
from app.api.documenting import spec_of
from app.api.resources import FOLDER
from app.api.schemas.run import RunSchema
from app.http import visits
from app.services import runs
from app.services.runs import once

KEY = "Idempotency-Key"
LONGEST_KEY = 255
VISIBLE = r"[!-~]+"

View = Callable[..., int]


class KeyHeader(Schema):
    """What the request may have beside its body."""

    key = fields.String(
        data_key=KEY,
        validate=[Length(1, LONGEST_KEY), Regexp(f"^{VISIBLE}$")],
        metadata={"description": "The same request with the same key within 24 hours gives the same run."},
    )


class StartedHeaders(Schema):
    """What the answer has beside its body."""

    location = fields.String(data_key="Location", required=True, metadata={"description": "Where the run is shown."})
    replayed = fields.String(
        data_key="Idempotent-Replayed", metadata={"description": "`true` where the request came before."}
    )


def starts_run(view: View) -> Callable[..., Response]:
    """Answer 202 with the run whose id the view returns. It stands below `needs`, and in place of `output`."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Response:
        start = partial(view, *args, **kwargs)
        keyed = _keyed()
        return _answer(*(once.run_once(keyed, start) if keyed else (start(), False)))

    _document(answer)
    return answer


def _keyed() -> once.Keyed | None:
    """Return the request with its key; None where it has none.

    Raises:
        HTTPError: the key is not written as one.
    """
    key, user = request.headers.get(KEY), visits.current().user
    if key is None or user is None:
        return None
    if len(key) > LONGEST_KEY or not re.fullmatch(VISIBLE, key):
        raise refused(KEY, "headers", f"It takes 1 to {LONGEST_KEY} visible characters of ASCII.")
    return once.Keyed(user.id, key, _fingerprint())


def _fingerprint() -> str:
    """Return what tells this request from others, and lets nobody who reads it try what passwords are in it."""
    asked = f"{request.method} {request.full_path}\n".encode()
    key = f"opsdesk idempotency_keys {current_app.config['SECRET_KEY']}".encode()
    return hmac.new(key, asked + request.get_data(cache=True), hashlib.sha256).hexdigest()


def _answer(run_id: int, replayed: bool) -> Response:
    response = jsonify(RunSchema().dump(runs.get(run_id)))
    response.status_code = 202
    response.headers["Location"] = f"{FOLDER}/runs/{run_id}"
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _document(view: Callable[..., Response]) -> None:
    """Say it in the specification, as APIFlask's `output` and `input` would."""
    spec = spec_of(view)
    spec.setdefault("args", []).append((KeyHeader(), "headers"))
    spec["response"] = {
        "schema": RunSchema(),
        "status_code": 202,
        "description": "The run waits in the queue.",
        "content_type": "application/json",
        "headers": StartedHeaders(),
        "links": links.OF_RUN,
        **dict.fromkeys(("example", "examples")),
    }
