"""The console as gunicorn starts it for the load, with a view into the pool: how many connections are in use."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, NullPool, Pool, QueuePool

from app import create_app, engine

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask

# Beside the application, which knows nothing of it.
POOL = "/.pool"


def with_pool() -> Flask:
    """Return the console as it is."""
    return _telling(create_app())


def without_pool() -> Flask:
    """Return the console as if there were no pool: each use of the database connects anew."""
    pooled = engine.engine_options

    def unpooled(url: URL, settings: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in pooled(url, settings).items() if "pool" not in name}
        kept.pop("max_overflow", None)
        return {**kept, "poolclass": NullPool}

    engine.engine_options = unpooled
    return _telling(create_app())


def _telling(app: Flask) -> Flask:
    """Answer at POOL with the process and how many of its pool's connections are in use."""
    from app.extensions import db

    with app.app_context():
        pool: Pool = db.engine.pool
    answer_else: Callable[..., Iterable[bytes]] = app.wsgi_app

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != POOL:
            return answer_else(environ, start_response)
        in_use = pool.checkedout() if isinstance(pool, QueuePool) else 0
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"process": os.getpid(), "in_use": in_use}).encode()]

    app.wsgi_app = answer  # type: ignore[method-assign]
    return app
