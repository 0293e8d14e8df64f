"""The application as gunicorn serves it, with two addresses beside its own that tests ask."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sqlalchemy import text

from app import create_app
from app.extensions import db

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask

# Answers with the process, and the server's number of its connection. Whoever asks for the other is answered once
# somebody writes to the FIFO that this setting names.
CONNECTION, SLOW = "/.connection", "/.slow"
FIFO = "TEST_FIFO"


def make() -> Flask:
    """Return the application; it has used a connection already, as one that is preloaded may have."""
    app = create_app()
    _number(app)
    answer_else: Callable[..., Iterable[bytes]] = app.wsgi_app

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path not in (CONNECTION, SLOW):
            return answer_else(environ, start_response)
        body = f"{os.getpid()} {_number(app)}" if path == CONNECTION else _written()
        start_response("200 OK", [("Content-Type", "text/plain"), ("X-Scheme", environ["wsgi.url_scheme"])])
        return [body.encode()]

    app.wsgi_app = answer  # type: ignore[method-assign]
    return app


def _number(app: Flask) -> int:
    with app.app_context(), db.engine.connect() as connection:
        return int(connection.scalar(text("SELECT CONNECTION_ID()")) or 0)


def _written() -> str:
    with open(os.environ[FIFO], encoding="utf-8") as fifo:  # noqa: PTH123 - a FIFO: opened once somebody writes
        return fifo.read()
