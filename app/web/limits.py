"""How often something may be tried."""

from __future__ import annotations

from flask import Flask, Response, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from app.services import account_names, rate_limits
from app.services.signing_in import LONGEST_TYPED, SignInFailed

SIGN_IN = "10 per 5 minutes"
# What answers to a wrong password have: of a sign-in, of a form.
FAILED = (SignInFailed.status, 422)

limiter = Limiter(get_remote_address)


def init_app(app: Flask) -> None:
    """Count in Redis where there is one, else in the database: all processes count together."""
    app.config.update(rate_limits.limiter_settings(app.config))
    limiter.init_app(app)


def by_address() -> str:
    """Return whence the request comes."""
    return f"address {get_remote_address()}"


def by_name() -> str:
    """Return whom somebody wants to sign in as."""
    return f"name {account_names.key(request.form.get('name', '')[:LONGEST_TYPED])}"


def by_user() -> str:
    """Return whose session it is; limits count before the user is recognised."""
    return f"user {session.get('user_id')}"


def failed(response: Response) -> bool:
    """Tell whether an answer is to a password that was wrong: only those count, since an office has one address.

    They are counted as they end; so many more get through at most as are under way at once.
    """
    return response.status_code in FAILED
