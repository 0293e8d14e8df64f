"""What goes wrong is told as a problem: its status, its sentence, its field; never a traceback, a host or a secret."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from apiflask import Schema, fields
from flask import Flask
from flask.views import MethodView
from gunicorn.http.errors import InvalidChunkSize, NoMoreData
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.test import TestResponse

from app import create_app
from app.api import bodies
from app.api.resources import resource
from app.errors import AppError, Busy, Failed, Invalid, NotFound
from app.extensions import db
from app.http.roles import needs, public
from app.services.transactions import writing
from tests.app.api.conftest import ApiClient, Log

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
PROBLEM = "application/problem+json"


class InsideSchema(Schema):
    """What is inside."""

    key = fields.Integer(required=True)


class SentSchema(Schema):
    """What the tests' operation takes."""

    name = fields.String(required=True)
    options = fields.Nested(InsideSchema)


class Failing(MethodView):
    """What fails as it is told."""

    error: Exception = RuntimeError()

    @public
    def get(self) -> None:
        """Fail."""
        raise self.error


def add_views(app: Flask) -> None:
    """Add operations of the tests' own."""
    blueprint = resource("tests", "Of the tests.")

    class Taking(MethodView):
        @needs("viewer")
        @blueprint.input(SentSchema)
        @blueprint.output({})
        def post(self, json_data: dict[str, Any]) -> dict[str, Any]:
            """Take JSON."""
            return json_data

    class Uploading(MethodView):
        @needs("viewer")
        @blueprint.input({"file": fields.File(required=True)}, location="files")
        @blueprint.output({})
        def post(self, files_data: dict[str, Any]) -> dict[str, int]:
            """Take a file."""
            return {"size": len(files_data["file"].read())}

    blueprint.add_url_rule("/failing", view_func=Failing.as_view("failing"))
    blueprint.add_url_rule("/taking", view_func=Taking.as_view("taking"))
    blueprint.add_url_rule("/uploading", view_func=Uploading.as_view("uploading"))
    app.register_blueprint(blueprint)


@pytest.fixture
def views(app: Flask) -> None:
    """Have them."""
    add_views(app)
    app.config["PROPAGATE_EXCEPTIONS"] = False  # answer as production does


@pytest.fixture
def fail(anonymous: ApiClient, monkeypatch: pytest.MonkeyPatch, views: None) -> Callable[[Exception], TestResponse]:
    """Ask for what fails so."""

    def ask(error: Exception) -> TestResponse:
        monkeypatch.setattr(Failing, "error", error)
        return anonymous.get("tests/failing")

    return ask


Fail = Callable[[Exception], TestResponse]


def problem_of(answer: TestResponse) -> dict[str, Any]:
    """Return the problem that an answer is, after a look at what all of them have."""
    assert answer.content_type == PROBLEM
    found = answer.json
    assert found is not None
    assert (found["type"], found["status"]) == ("about:blank", answer.status_code)
    assert found["request_id"] == answer.headers["X-Request-ID"]
    assert found["title"]
    return dict(found)


def errors_of(answer: TestResponse) -> set[tuple[str, str]]:
    """Return which fields a problem names, and where they stand."""
    return {(error["field"], error["in"]) for error in problem_of(answer)["errors"]}


@on_sqlite
@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/", "/api/v2/me", "/api/v1/me/"])
def test_an_address_that_is_none(anonymous: ApiClient, path: str) -> None:
    assert problem_of(anonymous.get(path))["instance"] == path


@on_sqlite
@pytest.mark.parametrize("path", ["/api/v1/me", "/healthz", "/readyz", "/metrics"])
def test_a_method_that_is_none_names_those_that_are(anonymous: ApiClient, path: str) -> None:
    answer = anonymous.ask("DELETE", path)
    assert problem_of(answer)["status"] == 405
    assert {"GET", "HEAD", "OPTIONS"} <= set(answer.headers["Allow"].split(", "))


@on_sqlite
def test_a_page_stays_a_page(anonymous: ApiClient) -> None:
    for path in ("/nowhere", "/apis", "/healthz-of-mine"):
        assert anonymous.get(path).mimetype == "text/html"


@on_sqlite
@pytest.mark.parametrize("error", [NotFound("No sheet.", "Look."), Invalid("No.", "Do."), Busy("Held.", "Wait.")])
def test_an_error_of_ours_has_its_status_sentence_and_hint(fail: Fail, error: AppError) -> None:
    found = problem_of(fail(error))
    assert (found["status"], found["detail"], found["hint"]) == (error.status, error.message, error.hint)


def caused(error: AppError, cause: Exception) -> AppError:
    """Return an error as a service puts it into words."""
    error.__cause__ = cause
    return error


@on_sqlite
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError("secret"), 500),
        (Failed("It did not work."), 500),
        (OSError(28, "no", "/srv/secret"), 507),
        (caused(Failed("/srv/secret: no"), OSError(28, "no", "/srv/secret")), 507),
        (caused(Failed("/srv/secret: no"), OSError(13, "no", "/srv/secret")), 500),
        (caused(Failed("shop@secret"), OperationalError("", {}, Exception(1114, "The table 'runs' is full"))), 507),
        (caused(Failed("shop@secret"), OperationalError("", {}, Exception("database or disk is full"))), 507),
        (caused(Failed("shop@secret"), OperationalError("", {}, Exception(1064, "said by secret"))), 500),
        (caused(Busy("shop@secret"), OperationalError("", {}, Exception(1205, "Lock wait"))), 503),
        (OSError(13, "no", "/srv/secret"), 500),
        (PoolTimeout("QueuePool secret"), 503),
        (OperationalError("SELECT secret", {}, Exception(2013, "said by secret.internal")), 503),
        (OperationalError("SELECT secret", {}, Exception(1064, "said by secret.internal")), 500),
        (OperationalError("SELECT secret", {}, Exception(1146, "Table 'shop.runs' doesn't exist: secret")), 503),
    ],
)
def test_what_is_no_matter_of_the_client_is_in_the_log_alone(
    fail: Fail, log: Log, error: Exception, status: int
) -> None:
    answer = fail(error)
    assert problem_of(answer)["status"] == status
    assert "secret" not in answer.text
    assert answer.headers.get("Retry-After") == ("1" if status == 503 else None)
    told = [line for line in log() if line.get("request_id") == answer.headers["X-Request-ID"]]
    assert told[-1]["status"] == status


@pytest.mark.usefixtures("views")
@on_sqlite
@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({}, {("name", "json")}),
        ({"name": 1}, {("name", "json")}),
        ({"name": "a", "nmae": "b"}, {("nmae", "json")}),
        ({"name": "a", "options": {"key": "x", "more": 1}}, {("options.key", "json"), ("options.more", "json")}),
        ([], {("", "json")}),
        (None, {("", "json")}),
    ],
)
def test_input_that_is_refused_names_its_fields(viewer: ApiClient, sent: Any, named: set[tuple[str, str]]) -> None:
    answer = viewer.ask("POST", "tests/taking", data=json.dumps(sent), content_type="application/json")
    assert answer.status_code == 422
    assert errors_of(answer) == named


@on_sqlite
@pytest.mark.usefixtures("views")
def test_parameters_that_nobody_knows_are_refused(viewer: ApiClient) -> None:
    for path in ("me?pgae=2", "tests/failing?x=1", "openapi.json?x=", "/healthz?x=1"):
        answer = viewer.get(path)
        assert answer.status_code == 422, path
        assert errors_of(answer) == {(path.partition("?")[2].partition("=")[0], "query")}


DEEP = b"[" * 100_000


@on_sqlite
@pytest.mark.usefixtures("views")
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b'{"name": "a"}', "application/json", 200),
        (b'{"name": "a"}', "application/json; charset=utf-8", 200),
        (b'{"name": ', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"name": NaN}', "application/json", 400),
        (b'{"name": "\\ud800"}', "application/json", 400),
        (b'{"name": "\xed\xa0\x80"}', "application/json", 400),
        ('{"name": "\\ud800"}'.encode("utf-16"), "application/json", 400),
        (b'{"name": "a", "name": "b"}', "application/json", 400),
        (b'\xef\xbb\xbf{"name": "a"}', "application/json", 200),
        (b'{"name": ' + b"1" * 5000 + b"}", "application/json", 400),
        (DEEP, "application/json", 400),
        (b'{"name": "a"}', "text/plain", 415),
        (b"name=a", "application/x-www-form-urlencoded", 415),
        (b'{"name": "a"}', "", 415),
        (b'{"name": "' + b"a" * bodies.JSON + b'"}', "application/json", 413),
        (b"", "", 422),
    ],
)
def test_a_body_that_is_none(viewer: ApiClient, body: bytes, content_type: str, status: int) -> None:
    answer = viewer.ask("POST", "tests/taking", data=body, content_type=content_type)
    assert answer.status_code == status
    if status != 200:
        problem_of(answer)


@on_sqlite
@pytest.mark.usefixtures("views")
def test_chunks_are_limited_too(viewer: ApiClient) -> None:
    chunks = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    body = io.BytesIO(b'{"name": "a"}' + b" " * bodies.JSON)
    answer = viewer.ask("POST", "tests/taking", input_stream=body, content_type="application/json", environ_base=chunks)
    assert problem_of(answer)["status"] == 413


@on_sqlite
@pytest.mark.parametrize("error", [InvalidChunkSize(b"zz"), NoMoreData()])
def test_chunks_that_are_none(fail: Fail, error: Exception) -> None:
    assert problem_of(fail(error))["status"] == 400


@on_sqlite
@pytest.mark.usefixtures("views")
def test_a_problem_names_no_fields_without_end(viewer: ApiClient) -> None:
    answer = viewer.post("tests/taking", {f"field {number}": 1 for number in range(5_000)})
    assert len(problem_of(answer)["errors"]) == 100


@on_sqlite
@pytest.mark.usefixtures("views")
def test_a_file_may_be_larger_than_json_and_not_than_the_limit(app: Flask, viewer: ApiClient) -> None:
    app.config["UPLOAD_LIMIT_MB"] = 3

    def send(mib: int) -> TestResponse:
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
        body = head + b"x" * mib * bodies.MIB + b"\r\n--x--\r\n"
        return viewer.ask("POST", "tests/uploading", data=body, content_type="multipart/form-data; boundary=x")

    assert send(2).json == {"size": 2 * bodies.MIB}
    assert problem_of(send(4))["status"] == 413
    assert errors_of(viewer.ask("POST", "tests/uploading", data={}, content_type="multipart/form-data"))


class Unread(io.RawIOBase):
    """A body that must not be read."""

    def readable(self) -> bool:
        """Tell that it could be."""
        return True

    def readinto(self, _buffer: Any) -> int:
        """Fail."""
        raise AssertionError("it was read")


@on_sqlite
@pytest.mark.usefixtures("views")
@pytest.mark.parametrize("token", ["", "nonsense"])
def test_before_the_token_is_recognised_nothing_is_read(anonymous: ApiClient, token: str) -> None:
    for content_type in ("application/json", "multipart/form-data; boundary=x"):
        answer = ApiClient(anonymous.client, token).ask(
            "POST",
            "tests/taking",
            content_type=content_type,
            environ_overrides={"CONTENT_LENGTH": "1000", "wsgi.input": Unread()},
        )
        assert problem_of(answer)["status"] == 401


@pytest.mark.usefixtures("app")
@on_sqlite
def test_other_hosts_get_nothing() -> None:
    client = create_app({"TRUSTED_HOSTS": "ops.example.com"}).test_client()
    answer = client.get("/api/v1/openapi.json", headers={"Host": "evil.example"})
    assert problem_of(answer)["status"] == 400
    assert "evil" not in answer.text
    assert "evil" not in client.get("/api/v1/openapi.json", headers={"Host": "ops.example.com"}).text


@pytest.mark.parametrize("change", ["DROP TABLE api_tokens", "ALTER TABLE users DROP COLUMN language"])
def test_a_database_behind_the_code_says_how_to_mend_it(viewer: ApiClient, change: str) -> None:
    with writing() as session:
        session.execute(text(change))
    answer = viewer.get("me")
    assert problem_of(answer)["status"] == 503
    assert "flask db upgrade" in answer.text
    assert not any(told in answer.text for told in ("api_tokens", "language", "sqlite3", "127.0.0.1"))


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_a_database_that_is_away_is_503_and_nobody_is_told_where_it_was(
    viewer: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = db.engine.url
    db.engine.dispose()
    monkeypatch.setitem(db.engines, None, create_engine(url.set(port=1)))
    answer = viewer.get("me")
    assert (problem_of(answer)["status"], answer.headers["Retry-After"]) == (503, "1")
    assert str(url.database) not in answer.text
    assert "127.0.0.1" not in answer.text
