"""Where sessions are kept."""

from __future__ import annotations

from typing import cast

from flask import current_app

from app.services.sessions.database_store import DatabaseStore
from app.services.sessions.limits import Limits
from app.services.sessions.stored import Store

EXTENSION = "opsdesk-sessions"


def store() -> Store:
    """Return the application's store: Redis with `REDIS_URL`, else the database.

    Raises:
        ConfigError: `REDIS_URL` is no URL of a Redis.
    """
    if EXTENSION not in current_app.extensions:
        current_app.extensions[EXTENSION] = _made(current_app.config["REDIS_URL"])
    return cast(Store, current_app.extensions[EXTENSION])


def _made(redis_url: str) -> Store:
    if not redis_url:
        return DatabaseStore(Limits.configured())
    from app.services.sessions.redis_store import RedisStore

    return RedisStore.at(redis_url, Limits.configured())
