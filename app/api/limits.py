"""How many requests a user's tokens may send, and how many wrong tokens an address may try.

With Redis all processes count together; without it, and while it is away, each counts by itself.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from typing import TypeVar, cast

from flask import Flask, current_app, request
from limits import RateLimitItem, parse_many
from limits.storage import Storage, storage_from_string
from werkzeug.exceptions import TooManyRequests

from app.api.counting import Counts
from app.api.problems import with_words
from app.errors import ConfigError
from app.http import visits
from app.services.rate_limits import limiter_settings

# No request waits longer for Redis.
REDIS_WAIT_S = 0.5
# Different wrong tokens of an address in so many seconds. One that is wrong again is no guess, but a program that
# nobody has told.
GUESSES, GUESSES_S = 30, 300
MOST_BLOCKED = 10_000

View = TypeVar("View", bound=Callable[..., object])


def init_app(app: Flask) -> None:
    """Count as `API_RATE_LIMIT` says.

    Raises:
        ConfigError: it is no rate.
    """
    app.extensions["opsdesk_api_limits"] = Counts(_rate(app.config["API_RATE_LIMIT"]), _shared(app))


def unlimited(view: View) -> View:
    """Count no requests of a view: who watches over the server asks often."""
    view.unlimited = True  # type: ignore[attr-defined]  # a function may have attributes
    return view


def count_user(user_id: int) -> None:
    """Count a request of a user, with whichever token: who makes another one may not send more.

    Raises:
        TooManyRequests: it is one too many.
    """
    _count(f"user {user_id}")


def count_address() -> None:
    """Count a request that brings no token that is known.

    Raises:
        TooManyRequests: it is one too many.
    """
    _count(f"address {request.remote_addr}")


def check_guesses() -> None:
    """Refuse an address that has tried too many tokens.

    Raises:
        TooManyRequests: it waits for the next window.
    """
    until = _counts().blocked.get(str(request.remote_addr), 0)
    if until > time.time():
        raise _too_many("Too many unknown tokens came from this address.", math.ceil(until - time.time()))


def count_guess(token: str) -> None:
    """Count a token that is unknown, unless the same came before."""
    counts, address = _counts(), str(request.remote_addr)
    guess = hashlib.sha256(token.encode(errors="replace")).hexdigest()[:32]
    if counts.hit(f"guess {address} {guess}", GUESSES_S)[0] > 1:
        return
    guesses, wait_s = counts.hit(f"guesses {address}", GUESSES_S)
    if guesses >= GUESSES:
        if len(counts.blocked) >= MOST_BLOCKED:
            counts.blocked.clear()
        counts.blocked[address] = time.time() + wait_s


def _count(who: str) -> None:
    rate = _counts().rate
    hits, reset_s = _counts().hit(who, rate.get_expiry())
    left = max(rate.amount - hits, 0)
    said = {"RateLimit-Limit": rate.amount, "RateLimit-Remaining": left, "RateLimit-Reset": reset_s}
    visits.current().headers.update({name: str(value) for name, value in said.items()})
    if hits > rate.amount:
        raise _too_many(f"More than {rate.amount} requests in {rate.get_expiry()} seconds.", reset_s)


def _too_many(words: str, wait_s: int) -> TooManyRequests:
    return with_words(TooManyRequests(retry_after=wait_s), words)


def _counts() -> Counts:
    return cast(Counts, current_app.extensions["opsdesk_api_limits"])


def _rate(text: str) -> RateLimitItem:
    try:
        (rate,) = parse_many(text)
    except ValueError:
        raise ConfigError(f'API_RATE_LIMIT is "{text}".', "It looks like: 600 per minute") from None
    return rate


def _shared(app: Flask) -> Storage | None:
    if not app.config["REDIS_URL"]:
        return None
    waits = {"socket_connect_timeout": REDIS_WAIT_S, "socket_timeout": REDIS_WAIT_S}
    return cast(Storage, storage_from_string(limiter_settings(app.config)["RATELIMIT_STORAGE_URI"], **waits))
