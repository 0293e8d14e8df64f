"""What goes wrong, as a page: its status, its sentence, and an id that the log has too; never a traceback."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable, Iterator
from typing import Any

import pymysql
import pytest
from flask import Flask, abort
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import Busy, Invalid, NotFound
from app.extensions import db
from app.http.roles import public
from app.services import accounts
from app.services.failures import failure_of
from app.services.transactions import writing
from app.web import bodies
from tests.app.web.conftest import PASSWORD, Log, SignedIn, Visitor

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
HOSTILE = "<script>alert('x')</script>"


def fail(error: Exception) -> Callable[[], Any]:
    """Return a view that fails so."""

    @public
    def view() -> None:
        raise error

    return view


@pytest.fixture
def failing(app: Flask) -> Callable[[Exception], str]:
    """Add pages that fail; gives their address."""

    def add(error: Exception) -> str:
        address = f"/fails-{len(app.view_functions)}"
        app.add_url_rule(address, address, fail(error))
        return address

    return add


Failing = Callable[[Exception], str]


def lines_of(log: Log, request_id: str) -> list[dict[str, Any]]:
    """Return what the log has of a request."""
    return [line for line in log() if line.get("request_id") == request_id]


@on_sqlite
@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429, 500, 503, 418])
def test_each_error_is_a_page_with_an_id_that_the_log_has(app: Flask, visitor: Visitor, log: Log, status: int) -> None:
    app.add_url_rule("/fails", "fails", public(lambda: abort(status)))
    answer = visitor.get("/fails")
    assert answer.status_code == status
    request_id = answer.headers["X-Request-ID"]
    assert request_id in answer.text
    assert f"Error {status}." in answer.text
    assert ("Retry-After" in answer.headers) == (status in (429, 503))
    told = lines_of(log, request_id)
    assert [(line["message"], line["status"], line["operator"]) for line in told] == [("request", status, "anonymous")]


@on_sqlite
def test_a_page_that_is_nowhere_and_a_method_that_is_none(visitor: Visitor) -> None:
    assert visitor.get("/nowhere").status_code == 404
    answer = visitor.client.delete("/sign-in")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


@on_sqlite
def test_where_a_part_was_asked_for_a_part_says_it(visitor: Visitor) -> None:
    answer = visitor.get("/nowhere", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.text.startswith('<div class="message message-error" role="alert">')
    assert answer.headers["X-Request-ID"] in answer.text


@on_sqlite
def test_what_nobody_expected_is_in_the_log_alone(visitor: Visitor, failing: Failing, log: Log) -> None:
    answer = visitor.get(failing(RuntimeError(f"secret {HOSTILE}")))
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    line = lines_of(log, answer.headers["X-Request-ID"])[0]
    assert (line["level"], line["message"]) == ("error", "request failed")
    assert "RuntimeError: secret" in line["traceback"]


@on_sqlite
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound(f"There is no {HOSTILE}.", f"Is it {HOSTILE}?"), 404),
        (Invalid(f"{HOSTILE} is no number.", HOSTILE), 422),
        (Busy(f"{HOSTILE} holds it.", HOSTILE), 409),
    ],
)
def test_an_error_of_ours_has_its_status_sentence_and_hint(
    visitor: Visitor, failing: Failing, error: Invalid, status: int
) -> None:
    address = failing(error)
    for headers in ({}, {"HX-Request": "true"}):
        answer = visitor.get(address, headers=headers)
        assert answer.status_code == status
        assert answer.text.count("&lt;script&gt;alert(") == 2
        assert HOSTILE not in answer.text


@on_sqlite
def test_what_is_too_large_is_refused_before_it_is_read(
    visitor: Visitor, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = {"name": "x" * bodies.FORM_BEFORE_SIGN_IN}
    visitor.get("/sign-in")
    answer = visitor.post("/sign-in", long)
    assert answer.status_code == 413
    assert "A file may have 64 MiB" in answer.text
    admin = signed_in("admin")
    assert admin.post("/users/-/new", long).status_code == 422
    monkeypatch.setattr(bodies, "FORM", 2000)
    assert admin.post("/users/-/new", {"name": "x" * 3000}).status_code == 413
    file = {"file": (io.BytesIO(b"x" * 3000), "a.xlsx")}
    assert admin.post("/users/-/new", file, content_type="multipart/form-data").status_code == 413


@on_sqlite
def test_only_where_a_file_is_taken_as_a_file_much_may_be_sent(signed_in: SignedIn) -> None:
    operator = signed_in("operator")
    operator.get("/import/")
    length = {"CONTENT_LENGTH": str(bodies.FORM + 1)}
    for content_type, status in (("application/x-www-form-urlencoded", 413), ("multipart/form-data; boundary=x", 400)):
        sent = operator.post("/import/", content_type=content_type, environ_overrides=length)
        assert sent.status_code == status, content_type


@on_sqlite
def test_no_free_connection_is_worth_another_try(visitor: Visitor, failing: Failing) -> None:
    answer = visitor.get(failing(PoolTimeout("QueuePool limit of size 5 overflow 3 reached")))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "QueuePool" not in answer.text


@on_sqlite
@pytest.mark.parametrize(
    ("number", "status"),
    [(1040, 503), (1047, 503), (1205, 503), (1213, 503), (2003, 503), (2013, 503), (1064, 500), (1146, 500)],
)
def test_what_passes_of_a_database_is_503_and_what_stays_500(
    visitor: Visitor, failing: Failing, log: Log, number: int, status: int
) -> None:
    error = OperationalError("SELECT secret", {}, Exception(number, "said by db.internal"))
    answer = visitor.get(failing(error))
    assert (answer.status_code, "Retry-After" in answer.headers) == (status, status == 503)
    assert "secret" not in answer.text
    assert "db.internal" not in answer.text
    assert "db.internal" in str(lines_of(log, answer.headers["X-Request-ID"])[0])


@pytest.fixture
def locked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have an import write for long; others give up at once here, in place of after 10 s."""
    app.config["PROPAGATE_EXCEPTIONS"] = False  # answer as production does
    monkeypatch.setattr("app.engine.BUSY_TIMEOUT_S", 0.1)
    db.engine.dispose()
    with writing() as importing:
        importing.execute(text("DELETE FROM rate_limits"))
        yield


@on_sqlite
def test_a_page_is_shown_while_an_import_keeps_its_message_from_being_forgotten(
    signed_in: SignedIn, request: pytest.FixtureRequest
) -> None:
    visitor = signed_in("viewer")
    visitor.get("/account/")
    visitor.post(
        "/account/password", {"old": PASSWORD, "new": "another of four words 88", "again": "another of four words 88"}
    )
    request.getfixturevalue("locked")
    for _ in range(2):
        answer = visitor.get("/account/")
        assert answer.status_code == 200
        assert "Your password is changed" in answer.text


@on_sqlite
def test_a_page_is_shown_though_its_session_cannot_be_kept(
    signed_in: SignedIn, visitor: Visitor, request: pytest.FixtureRequest, log: Log
) -> None:
    signed_in("viewer")
    visitor.sign_in("viewer")
    request.getfixturevalue("locked")
    assert visitor.get("/account/").status_code == 200  # the first page: it has a new token to keep
    assert "session not kept" in [line["message"] for line in log()]


@on_sqlite
def test_signing_out_that_cannot_be_done_says_so_and_can_be_done_again(
    signed_in: SignedIn, request: pytest.FixtureRequest
) -> None:
    visitor = signed_in("viewer")
    before = visitor.id
    request.getfixturevalue("locked")
    answer = visitor.post("/sign-out")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.headers["Content-Security-Policy"]
    assert visitor.id == before


@on_sqlite
def test_a_try_that_cannot_be_counted_gets_no_answer(visitor: Visitor, request: pytest.FixtureRequest) -> None:
    visitor.get("/sign-in")
    request.getfixturevalue("locked")
    answer = visitor.post("/sign-in", {"name": "li", "password": "x"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Request-ID"] in answer.text
    assert "is wrong" not in answer.text


@on_sqlite
@pytest.mark.parametrize(
    ("number", "status", "said"), [(errno.ENOSPC, 507, "disk is full"), (errno.EACCES, 500, "log")]
)
def test_a_full_disk_is_called_that(
    visitor: Visitor, failing: Callable[[Exception], str], number: int, status: int, said: str
) -> None:
    answer = visitor.get(failing(OSError(number, "no", "/srv/uploads")))
    assert answer.status_code == status
    assert said in answer.text
    assert "/srv" not in answer.text


@pytest.mark.parametrize("change", ["DROP TABLE sessions", "ALTER TABLE users DROP COLUMN language"])
def test_a_database_without_its_tables_or_behind_the_code_says_how_to_make_them(
    signed_in: SignedIn, change: str
) -> None:
    visitor = signed_in("viewer")
    with writing() as session:
        session.execute(text(change))
    answer = visitor.get("/")
    assert answer.status_code == 503
    assert "flask initdb" in answer.text
    assert "flask db upgrade" in answer.text
    assert not any(told in answer.text for told in ("sessions", "language", "sqlite3", "127.0.0.1"))


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_a_database_that_is_away_is_503_and_nobody_is_told_where_it_was(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = signed_in("viewer")
    url = db.engine.url
    db.engine.dispose()
    monkeypatch.setitem(db.engines, None, create_engine(url.set(port=1)))
    answer = visitor.get("/account/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert str(url.database) not in answer.text
    assert "127.0.0.1" not in answer.text


@on_sqlite
def test_a_service_that_says_where_the_database_is_says_so_to_the_log_alone(visitor: Visitor, failing: Failing) -> None:
    lost = OperationalError("SELECT 1", {}, pymysql.err.OperationalError(2013, "Lost connection to server"))
    told = failure_of(lost)
    recorded = type(told)(f"The run cannot be recorded, so nothing was done. {told.message}")
    recorded.__cause__ = told
    answer = visitor.get(failing(recorded))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "Lost connection" not in answer.text


def test_who_is_gone_while_their_session_lives_is_signed_out(signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    before = visitor.id
    with writing() as session:
        session.execute(text("UPDATE users SET disabled_at = created_at"))
    assert visitor.get("/account/").location == "/sign-in?next=/account/"
    assert visitor.id != before
    assert accounts.get("viewer").disabled_at is not None
