"""What goes wrong, as a page: a sentence, what to do, and the id under which the log has the request."""

from __future__ import annotations

from flask import Flask, current_app, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, SecurityError

from app.errors import AppError
from app.http import failures, visits
from app.http.failures import UNAVAILABLE, Failure
from app.http.sides import CONSOLE

Answer = tuple[str, int, dict[str, str]]
# Title, sentence and what to do.
Texts = tuple[str, str, str]


def init_app(app: Flask) -> None:
    """Answer with these pages."""
    failures.render_with(app, CONSOLE, _page)


def _page(failure: Failure) -> Answer:
    """Return an error page; where only a part of a page was asked for, a part."""
    if isinstance(failure.error, SecurityError):
        return _other_host(failure.error)
    template = "errors/part.html" if request.headers.get("HX-Request") else "errors/page.html"
    title, message, hint = _texts_of(failure)
    request_id = visits.current().request_id
    body = render_template(
        template, status=failure.status, title=title, message=message, hint=hint, request_id=request_id
    )
    return body, failure.status, failure.headers


def _other_host(error: SecurityError) -> Answer:
    """Answer in plain words: for a host that is not ours there are no addresses that a page could link to."""
    message = f"The console does not answer for this host. Request {visits.current().request_id}.\n"
    return message, int(error.code or 400), {"Content-Type": "text/plain; charset=utf-8"}


def _texts_of(failure: Failure) -> Texts:
    if isinstance(failure.error, AppError):
        title = _by_status().get(failure.status, (_("This did not work"), ""))[0]
        return title, failure.error.message, failure.error.hint
    if isinstance(failure.error, HTTPException):
        own = (failure.error.name, failure.error.description or "")
        return *_by_status().get(failure.status, own), ""
    return _by_kind()[failure.kind]


def _by_kind() -> dict[str, Texts]:
    """Return what is said of what neither a service nor HTTP has words for."""
    busy = _by_status()[UNAVAILABLE][0]
    return {
        failures.BUSY: (*_by_status()[UNAVAILABLE], ""),
        failures.DATABASE_AWAY: (busy, _("The database is away or busy. Try again in a moment."), ""),
        failures.REDIS_AWAY: (busy, _("Redis does not answer: nobody can sign in at the moment."), ""),
        failures.NOT_SET_UP: (
            _("Not set up"),
            _("The database lacks tables or columns of opsdesk."),
            _("Make them with: flask initdb. After an update of the code: flask db upgrade"),
        ),
        failures.DISK_FULL: (
            _("Disk full"),
            _("The server's disk is full: nothing was kept. Make room on it, and try again."),
            "",
        ),
        failures.UNEXPECTED: (*_by_status()[500], ""),
    }


def _by_status() -> dict[int, tuple[str, str]]:
    """Return title and sentence of the errors that a person may meet, by their status."""
    limit = current_app.config["UPLOAD_LIMIT_MB"]
    return {
        400: (_("Bad request"), _("The form has expired or is incomplete. Go back, load the page again, and retry.")),
        403: (_("Not allowed"), _("Your role does not allow this. An admin can give you another one.")),
        404: (_("Not found"), _("There is nothing at this address.")),
        405: (_("Not possible"), _("This address does not take that kind of request.")),
        413: (
            _("Too large"),
            _(
                "This is more than can be sent here. A file may have %(limit)s MiB: split a larger one, or import it"
                " on the command line.",
                limit=limit,
            ),
        ),
        429: (_("Too many tries"), _("Too many tries in a short time. Wait five minutes; nothing is locked.")),
        500: (
            _("Something broke"),
            _("This is a fault of the console's. Nothing was half done; the log has the details."),
        ),
        503: (_("Busy"), _("All database connections are in use. Try again in a moment.")),
    }
