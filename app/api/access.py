"""Who may use what: each operation says which role it needs, or that it is public; one that says nothing is refused.

Who asks is known by a bearer token (RFC 6750) alone: no cookie is believed here.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, request

from app.api import limits
from app.api.problems import problem
from app.asker import SignedIn
from app.http import visits
from app.http.roles import PUBLIC, is_allowed, need_of_view
from app.http.sides import api_only
from app.services import tokens

REALM = "opsdesk"


def need_of(endpoint: str, method: str) -> str | None:
    """Return the role that an operation needs, or PUBLIC; None if it does not say."""
    return need_of_view(operation(endpoint, method))


def operation(endpoint: str, method: str) -> Any:
    """Return what answers a method at an endpoint: the method of a class, or a plain view. HEAD is a GET."""
    view = current_app.view_functions[endpoint]
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return view
    name = "get" if method == "HEAD" and not hasattr(view_class, "head") else method.lower()
    return getattr(view_class, name, None)


def init_app(app: Flask) -> None:
    """Guard all operations."""
    app.before_request(api_only(_guard))


def _guard() -> Response | None:
    """Answer in place of the operation where it must not be used."""
    if request.endpoint is None or request.method == "OPTIONS":
        return None  # there is no such address, which anybody may know; OPTIONS says which methods it takes
    view = operation(request.endpoint, request.method)
    need = need_of_view(view)
    if need == PUBLIC:
        if not getattr(view, "unlimited", False):
            limits.count_address()
        return None
    if need is None:
        return problem(403, "This operation does not say who may use it, so nobody may.")
    return _recognise() or _refusal(visits.current().user, need)


def _recognise() -> Response | None:
    """Name the user whose token it is, or return why there is none."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        limits.count_address()
        return _challenged(problem(401, "There is no token. Send one: Authorization: Bearer TOKEN"))
    limits.check_guesses()
    token = text.strip()
    found = tokens.recognise(token)
    if found is None:
        limits.count_address()
        limits.count_guess(token)
        return _challenged(problem(401, "The token is unknown, expired or revoked."), "invalid_token")
    limits.count_user(found.user.id)
    visits.signed_in(found.user, found.token_id)
    return None


def _refusal(user: SignedIn | None, need: str) -> Response | None:
    if not is_allowed(user, need):
        return _challenged(
            problem(403, f"This needs the role {need}; the token has {user.role if user else 'none'}."),
            error="insufficient_scope",
        )
    return None


def _challenged(answer: Response, error: str = "") -> Response:
    """Return the answer with what RFC 6750, 3 asks for; without any token it names no error."""
    answer.headers["WWW-Authenticate"] = f'Bearer realm="{REALM}"' + (f', error="{error}"' if error else "")
    return answer
