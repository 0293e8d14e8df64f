"""Server-side sessions: the cookie has a random id, and all else is where `app.services.sessions` keeps it."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, Request, Response, current_app, request
from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy.exc import SQLAlchemyError

from app.errors import AppError
from app.http.sides import API, side_of
from app.services import sessions
from app.services.sessions import Stored

# Requests that only look: they are answered even where their session cannot be kept.
LOOKING = ("GET", "HEAD")


class ServerSession(dict[str, Any], SessionMixin):
    """What is kept of a session, as a dictionary of JSON values.

    Attributes:
        id: what the cookie has; None as long as nothing is kept.
        stored: as it was loaded; None if it is new.
        left: the id that it had before `renew`.
        failure: why it could not be loaded or kept; nothing of it is kept then.
    """

    def __init__(self, id_: str | None = None, stored: Stored | None = None, failure: Exception | None = None) -> None:
        super().__init__(stored.data if stored else {})
        self.id, self.stored, self.failure = id_, stored, failure
        self.left: str | None = None

    @property
    def is_as_stored(self) -> bool:
        """Tell whether nothing has changed."""
        return self.stored is not None and dict(self) == self.stored.data

    @property
    def is_only_less(self) -> bool:
        """Tell whether nothing has come: messages were shown, say, and are gone."""
        return self.stored is not None and self.items() <= self.stored.data.items()

    def renew(self) -> None:
        """Give the session another id, so that one that somebody knows from before is worth nothing."""
        self.left, self.id, self.stored = self.id or self.left, None, None

    def start_over(self) -> None:
        """Forget everything but the language that was chosen, and take another id."""
        language = self.get("language")
        self.clear()
        if language is not None:
            self["language"] = language
        self.renew()


class ServerSessions(SessionInterface):
    """Opens and saves them."""

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """Return the session of the request's cookie; a new one where that is unknown or has expired.

        Flask has no page for what goes wrong here, nor a session to make one with: that is raised by the first hook.
        """
        id_ = request.cookies.get(self.get_cookie_name(app))
        try:
            stored = sessions.store().load(id_) if id_ and not _needs_none(request) else None
        except Exception as failure:  # noqa: BLE001 - nothing is swallowed
            return ServerSession(failure=failure)
        return ServerSession(id_, stored) if stored else ServerSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what has changed, and have the browser keep the id.

        A session that cannot be kept makes the request fail, unless that only looked at something: SQLite may be
        locked by an import for long.
        """
        if not isinstance(session, ServerSession) or session.failure or _needs_none(request):
            return
        response.vary.add("Cookie")
        try:
            self._save(app, session, response)
        except (AppError, SQLAlchemyError) as error:
            session.failure = error
            if session.stored is None or request.method not in LOOKING:
                raise
            current_app.logger.warning("session not kept", extra={"reason": str(error)})

    def _save(self, app: Flask, session: ServerSession, response: Response) -> None:
        if session.left is not None:
            sessions.store().delete(session.left)
            session.left = None
        if session:
            self._keep(app, session, response)
        elif session.id is not None:
            response.delete_cookie(self.get_cookie_name(app), **self._cookie(app))
            sessions.store().delete(session.id)

    def _keep(self, app: Flask, session: ServerSession, response: Response) -> None:
        is_look = request.method in LOOKING
        if is_look and session.is_as_stored and "HX-Request" in request.headers:
            return  # a page that fetches its parts by itself keeps nobody signed in
        id_, whence = session.id or sessions.new_id(), (request.remote_addr or "", str(request.user_agent))
        waits = not (is_look and session.is_only_less)
        sessions.save(id_, session.stored, dict(session), *whence, waits=waits)
        if session.id is None:
            response.set_cookie(self.get_cookie_name(app), id_, **self._cookie(app))

    def _cookie(self, app: Flask) -> dict[str, Any]:
        """Return how the cookie is set: until the browser is closed, for this host alone, unseen by scripts."""
        return {"path": "/", "httponly": True, "samesite": "Lax", "secure": self.get_cookie_secure(app)}


def current() -> ServerSession:
    """Return the session of the request."""
    return cast(ServerSession, flask_session)


def init_app(app: Flask) -> None:
    """Use them. In production the cookie's name binds it to this host and to HTTPS (RFC 6265bis, "__Host-")."""
    production = app.config["PRODUCTION"]
    app.config["SESSION_COOKIE_NAME"] = "__Host-opsdesk" if production else "opsdesk"
    app.config["SESSION_COOKIE_SECURE"] = production
    app.session_interface = ServerSessions()
    app.before_request(_check_loaded)


def _check_loaded() -> None:
    """Raise what kept the session from being loaded, where it becomes a page."""
    if (failure := current().failure) is not None:
        raise failure


def _needs_none(request: Request) -> bool:
    return request.path.startswith("/static/") or side_of(request) == API
