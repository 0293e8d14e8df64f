"""The request that is being answered: who asks, by which id, since when."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass, field, replace

from flask import Flask, current_app, request

from app import asker
from app.asker import Asker, SignedIn

ANONYMOUS = "anonymous"
# What a proxy in front may call a request, so that both logs have the same id.
_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


@dataclass(frozen=True)
class Visit(Asker):
    """Who asks in a web request.

    Attributes:
        started: `time.perf_counter()` as the request came.
        nonce: what marks the page's own scripts in its Content-Security-Policy.
        headers: what the answer will have, whatever it is.
        token_id: of the API token that the request brought; None: it brought none that is good.
    """

    started: float = field(default_factory=time.perf_counter)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    headers: dict[str, str] = field(default_factory=dict)
    token_id: int | None = None


def init_app(app: Flask) -> None:
    """Have each request begin and end its visit."""
    app.before_request(begin)
    app.teardown_request(_end)


def begin() -> None:
    """Name who asks: nobody who is known, so far."""
    asker.become(Visit(ANONYMOUS, _request_id()))


def current() -> Visit:
    """Return the visit; one begins here where what comes before the hooks has failed."""
    visit = asker.current()
    if not isinstance(visit, Visit):
        begin()
        visit = asker.current()
        assert isinstance(visit, Visit)  # noqa: S101 - it has just begun
    return visit


def signed_in(user: SignedIn, token_id: int | None = None) -> None:
    """Name the user who asks, and the API token by which they do."""
    asker.become(replace(current(), operator=user.name, user=user, token_id=token_id))


def _request_id() -> str:
    given = request.headers.get("X-Request-ID", "") if current_app.config["PROXIES"] else ""
    return given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)


def _end(_error: BaseException | None) -> None:
    asker.become(None)
