"""What went wrong in a request, once for console and API: each kind with its status, and the log told why.

The console shows a page of it, the API a problem (RFC 9457). Neither says more than the person can do something about:
where the database is, and what it says, is for the log.
"""

from __future__ import annotations

import errno
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError

from app.errors import AppError
from app.http.sides import side_of
from app.models import Base

# The kinds beside those that have a status of their own: what was refused by a service, or by HTTP's rules.
REFUSED = "refused"
HTTP = "http"
BUSY = "busy"
DATABASE_AWAY = "database away"
NOT_SET_UP = "not set up"
REDIS_AWAY = "Redis away"
DISK_FULL = "disk full"
UNEXPECTED = "unexpected"

UNAVAILABLE = 503
# The status of each (RFC 4918: 507).
STATUSES = {
    BUSY: UNAVAILABLE,
    DATABASE_AWAY: UNAVAILABLE,
    NOT_SET_UP: UNAVAILABLE,
    REDIS_AWAY: UNAVAILABLE,
    DISK_FULL: 507,
    UNEXPECTED: 500,
}
# In how many seconds it is worth trying again.
RETRY_AFTER_S = {UNAVAILABLE: 1, 429: 300}

# MySQL's error numbers of what passes: too many connections, no server, one that goes down or has not joined its
# cluster, a lock, a row that another transaction changed.
PASSING = {1020, 1040, 1047, 1053, 1203, 1205, 1213, 1927, 2002, 2003, 2006, 2013}
# Those of what is not there: a database, a column, a table.
NO_DATABASE = 1049
MISSING = {NO_DATABASE, 1054, 1146}
# Those of a disk that is full, or of a table that cannot grow.
FULL_IN_MYSQL = {1021, 1114}
FULL = {errno.ENOSPC, errno.EDQUOT}
# Whose errors reach a view as it reads a body: its chunks are not written as they should be, or end too early.
GUNICORN = "gunicorn.http.errors"


@dataclass(frozen=True)
class Failure:
    """What went wrong.

    Attributes:
        error: what was raised; its words may be shown if it is REFUSED or HTTP.
        headers: what the answer has beside its own.
    """

    kind: str
    status: int
    error: Exception
    headers: dict[str, str] = field(default_factory=dict)


Render = Callable[[Failure], Any]


def init_app(app: Flask) -> None:
    """Answer what goes wrong as the side does on which it was asked."""
    app.extensions["opsdesk_failures"] = {}
    for kind in (HTTPException, AppError, PoolTimeout, DBAPIError, OSError, Exception):
        app.register_error_handler(kind, _answer)
    if app.config["REDIS_URL"]:
        from redis.exceptions import RedisError

        app.register_error_handler(RedisError, _redis_away)


def render_with(app: Flask, side: str, render: Render) -> None:
    """Have a side answer so."""
    app.extensions["opsdesk_failures"][side] = render


def rendered(failure: Failure) -> Any:
    """Return the answer to a failure."""
    return current_app.extensions["opsdesk_failures"][side_of(request)](failure)


def _answer(error: Exception) -> Any:
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        # It was raised outside the view, where Flask calls no other handler: as the session was opened or saved.
        return current_app.handle_user_exception(error.original_exception)  # type: ignore[arg-type]
    if isinstance(error, HTTPException) and (error.code is None or error.code < 400):
        return error
    return rendered(failure_of(error))


def _redis_away(error: Exception) -> Any:
    return rendered(_logged(REDIS_AWAY, error, logging.ERROR))


def failure_of(error: Exception) -> Failure:
    """Return what an error means, and tell the log."""
    if isinstance(error, HTTPException):
        own = {name: value for name, value in error.get_headers() if name != "Content-Type"}  # as Allow of a 405
        return Failure(HTTP, int(error.code or 500), error, retry_after(int(error.code or 500)) | own)
    if isinstance(error, AppError):
        if (cause := _cause_for_the_log(error)) is not None:
            return failure_of(cause)
        level = logging.INFO if error.status < 500 else logging.ERROR
        current_app.logger.log(level, "refused", extra={"reason": error.for_record, "status": error.status})
        return Failure(REFUSED, error.status, error, retry_after(error.status))
    if isinstance(error, PoolTimeout):
        return _of(BUSY, error)
    if isinstance(error, DBAPIError):
        return _of_database(error)
    if type(error).__module__ == GUNICORN:
        return Failure(HTTP, BadRequest.code, BadRequest())
    if isinstance(error, OSError) and error.errno in FULL:
        return _logged(DISK_FULL, error, logging.ERROR)
    return _unexpected(error)


def _cause_for_the_log(error: AppError) -> DBAPIError | OSError | None:
    """Return the error of database or system that a service has put into words for the command line.

    These words say where the database is, or a file; they are for the client only where it can mend what is wrong.
    """
    cause = error.__cause__
    while cause is not None and not isinstance(cause, DBAPIError | OSError):
        cause = cause.__cause__
    if isinstance(cause, DBAPIError) and (cause.connection_invalidated or _passes(cause)):
        return cause
    return cause if error.status == InternalServerError.code else None


def _of_database(error: DBAPIError) -> Failure:
    """Return that the database is away or busy: that passes. What else it says is a fault of ours."""
    if _lacks_tables(error):
        return _logged(NOT_SET_UP, error, logging.ERROR)
    if _number(error) in FULL_IN_MYSQL or "disk is full" in str(error.orig):
        return _logged(DISK_FULL, error, logging.ERROR)
    if error.connection_invalidated or _passes(error):
        return _logged(DATABASE_AWAY, error, logging.WARNING)
    return _unexpected(error)


def _lacks_tables(error: DBAPIError) -> bool:
    """Tell whether something of the project's own is not in the database: no migration has made it yet."""
    text, number = str(error.orig), _number(error)
    if number not in MISSING and not any(said in text for said in ("no such table", "no such column")):
        return False
    return number == NO_DATABASE or any(re.search(rf"\b{table}\b", text) for table in Base.metadata.tables)


def _passes(error: DBAPIError) -> bool:
    """Tell whether it may work in a moment."""
    return _number(error) in PASSING or "database is locked" in str(error.orig)


def _number(error: DBAPIError) -> Any:
    """Return MySQL's number of an error."""
    return error.orig.args[0] if error.orig and error.orig.args else None


def _unexpected(error: Exception) -> Failure:
    current_app.logger.error("request failed", exc_info=error, extra={"path": request.path})
    return _of(UNEXPECTED, error)


def _logged(kind: str, error: Exception, level: int) -> Failure:
    reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    current_app.logger.log(level, kind, extra={"reason": reason})
    return _of(kind, error)


def _of(kind: str, error: Exception) -> Failure:
    return Failure(kind, STATUSES[kind], error, retry_after(STATUSES[kind]))


def retry_after(status: int) -> dict[str, str]:
    """Return the header that says when to try again, for a status with which that helps."""
    return {"Retry-After": str(RETRY_AFTER_S[status])} if status in RETRY_AFTER_S else {}
