"""What the specification says of every operation: its problems, who may use it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from app.api.addresses import places
from app.api.schemas.problem import ProblemSchema
from app.models.user import ROLES

PROBLEM = "application/problem+json"
# The name of the tokens' scheme in the specification.
TOKEN = "token"  # noqa: S105 - a name
# What every operation can answer with: an unknown query parameter, too many requests, no database.
ALWAYS = (422, 429, 503)
# What anybody may ask as often as they like asks nothing of the database, or says itself how that is.
FOR_WATCHERS = (422,)
FOR_USERS = (401, 403)
FOR_BODIES = (400, 413, 415)
# What a status means here, where HTTP's own phrase says too little.
MEANINGS = {
    400: "The request is not written as it should be: JSON that is none, for instance.",
    401: "There is no token, or it is unknown, expired or revoked.",
    403: "The role of the token does not allow this, or a guard refused it; `detail` says which.",
    404: "What the address names does not exist.",
    409: "It does not go together with the present state, or another run holds what this one needs.",
    413: "The body is larger than this operation takes.",
    415: "The body is of another type than this operation takes.",
    422: "A parameter, a field or their combination is refused; `errors` names each.",
    429: "Too many requests; `Retry-After` says in how many seconds to go on.",
    503: "The database is away or busy; `Retry-After` says in how many seconds to try again.",
    507: "The server's disk is full.",
}

# Who answers this is the server before the application, with a page of its own.
TOO_LONG = {414: {"description": "The address is longer than the server takes, which is 8,190 bytes."}}

View = TypeVar("View", bound=Callable[..., Any])


def spec_of(view: Callable[..., Any]) -> dict[str, Any]:
    """Return what APIFlask keeps of a view for the specification."""
    if not hasattr(view, "_spec"):
        view._spec = {}  # type: ignore[attr-defined]  # where APIFlask's own decorators keep it
    spec: dict[str, Any] = view._spec  # type: ignore[attr-defined]
    return spec


def answers(*statuses: int) -> Callable[[View], View]:
    """Document the problems that an operation can answer with, beside those of all operations."""

    def document(view: View) -> View:
        spec = spec_of(view)
        spec["problems"] = (*spec.get("problems", ()), *statuses)
        return view

    return document


def complete(view: Callable[..., Any], rule: str) -> None:
    """Add to what is documented of a view what follows from its role, its input and its address."""
    spec = spec_of(view)
    access = getattr(view, "access", None)
    always = FOR_WATCHERS if getattr(view, "unlimited", False) else ALWAYS
    statuses = {*always, *spec.get("problems", ())}
    if access in ROLES:
        statuses |= {*FOR_USERS}
        spec["security"] = TOKEN
        spec["extensions"] = {**(spec.get("extensions") or {}), "x-role": access}
    if spec.get("body"):
        statuses |= {*FOR_BODIES}
    too_long = TOO_LONG if any(place == "query" for _, place, *_ in spec.get("args") or ()) else {}
    if "<" in rule:
        statuses.add(404)
        spec["args"] = [*(spec.get("args") or ()), (places(rule)(), "path")]
        spec["omit_default_path_parameters"] = True
    spec["responses"] = {**{status: problem(status) for status in sorted(statuses)}, **too_long, **_own(spec)}


def problem(status: int) -> dict[str, Any]:
    """Return what the specification says of a problem of that status."""
    description = MEANINGS.get(status, HTTPStatus(status).phrase)
    return {"description": description, "content": {PROBLEM: {"schema": ProblemSchema}}}


def _own(spec: dict[str, Any]) -> dict[int, Any]:
    """Return the answers that a view documents itself."""
    own = spec.get("responses") or {}
    return own if isinstance(own, dict) else {int(status): HTTPStatus(int(status)).phrase for status in own}
