"""Headers: what browsers may do with a page, who is believed about a request, for which hosts it is answered."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import config, create_app
from tests.app.web.conftest import SignedIn, Visitor


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """Name the database, which does not matter here."""
    return str(request.param)


TEMPLATES = sorted((config.ROOT / "app" / "templates").rglob("*.html"))
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# What a Content-Security-Policy without 'unsafe-inline' keeps from working.
INLINE = re.compile(
    r"""<style|\sstyle\s*=|\son[a-z]+\s*=|\shx-on|javascript:|\bjs:|<script(?![^>]*\ssrc=)""", re.IGNORECASE
)
UNMARKED = re.compile(r"""<script(?![^>]*nonce="\{\{ nonce\(\) \}\}")""", re.IGNORECASE)


def client_with(**settings: object) -> FlaskClient:
    """Return a client of the application on the test's database with other settings."""
    return create_app(settings).test_client()


def nonces(text: str) -> list[str]:
    """Return the nonce of each script of a page."""
    return [re.search(r'nonce="([^"]*)"', tag)[1] for tag in re.findall(r"<script[^>]*>", text)]  # type: ignore[index]


def test_scripts_are_marked_with_a_nonce_that_differs_each_time(signed_in: SignedIn) -> None:
    visitor, seen = signed_in("viewer"), set()
    for path in ("/", "/account/", "/"):
        answer = visitor.get(path)
        policy = answer.headers["Content-Security-Policy"]
        marks = set(nonces(answer.text))
        assert len(marks) == 1
        assert f"script-src 'nonce-{marks.copy().pop()}';" in policy
        seen |= marks
    assert len(seen) == 3


def test_every_answer_has_them(visitor: Visitor) -> None:
    for path in ("/sign-in", "/nowhere", "/static/style.css", "/static/nothing.css", "/account/"):
        answer = visitor.get(path)
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-ID"])


def test_no_template_has_code_or_styles_of_its_own() -> None:
    assert len(TEMPLATES) > 20
    for template in TEMPLATES:
        text = template.read_text()
        assert not INLINE.findall(text), template
        assert not UNMARKED.findall(text), template


def test_pages_are_not_kept_and_files_are(signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    for path in ("/", "/nowhere", "/static/nothing.css"):
        assert visitor.get(path).headers["Cache-Control"] == "no-store", path
    assert "max-age=31536000" in visitor.get("/static/style.css").headers["Cache-Control"]


def test_a_file_that_has_not_changed_is_not_sent_again(visitor: Visitor) -> None:
    first = visitor.get("/static/style.css")
    again = visitor.get("/static/style.css", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in first.headers


def test_files_are_those_of_the_folder_alone(visitor: Visitor) -> None:
    for path in ("../__init__.py", "%2e%2e/__init__.py", "..%2f..%2fsetup.cfg", "%2e%2e%2fconfig.py", "vendor"):
        assert visitor.get(f"/static/{path}").status_code == 404, path


def test_only_production_insists_on_https(app: Flask) -> None:
    header = "Strict-Transport-Security"
    assert header not in app.test_client().get("/sign-in").headers
    production = client_with(PRODUCTION=True, SECRET_KEY="k" * 40)
    assert production.get("/sign-in").headers[header] == "max-age=63072000; includeSubDomains"


def test_only_a_proxy_names_a_request(app: Flask) -> None:
    given = {"X-Request-ID": "from-the-proxy-1"}
    assert app.test_client().get("/sign-in", headers=given).headers["X-Request-ID"] != given["X-Request-ID"]
    behind = client_with(PROXIES=1)
    assert behind.get("/sign-in", headers=given).headers["X-Request-ID"] == given["X-Request-ID"]
    for wrong in ("short", "x" * 65, "<b>bbbbbbb</b>", "abcdefgh "):
        answer = behind.get("/sign-in", headers={"X-Request-ID": f"{wrong}é"})
        assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-ID"])


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(("proxies", "status"), [(0, 400), (1, 200)])
def test_what_a_proxy_says_of_the_host_is_believed_only_behind_one(proxies: int, status: int) -> None:
    client = client_with(PROXIES=proxies, TRUSTED_HOSTS="ops.example.com")
    headers = {"X-Forwarded-Host": "ops.example.com", "X-Forwarded-Proto": "https"}
    assert client.get("/sign-in", headers=headers).status_code == status


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("host", ["evil.example", "ops.example.com.evil.example", "ops.example.com@evil.example", ""])
def test_other_hosts_get_no_page(host: str) -> None:
    client = client_with(TRUSTED_HOSTS="ops.example.com, ops2.example.com")
    for path in ("/", "/sign-in", "/nowhere", "/static/style.css"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "evil" not in answer.text
        assert answer.headers["X-Request-ID"] in answer.text
    for trusted in ("ops.example.com", "ops2.example.com:443"):
        assert client.get("/sign-in", headers={"Host": trusted}).status_code == 200


def test_a_head_request_is_answered_like_a_get_without_its_page(signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    answer = visitor.client.head("/account/")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Security-Policy"]
