"""Languages: the user's own choice, else what was chosen in this browser, else what it asks for."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.services import accounts
from tests.app.web.conftest import SignedIn, Visitor, create


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """Name the database, which does not matter here."""
    return str(request.param)


def language_of(visitor: Visitor, path: str = "/sign-in", asked: str = "") -> str:
    """Return which language a page says that it is in."""
    text = visitor.get(path, headers={"Accept-Language": asked} if asked else {}).text
    return re.findall(r'<html lang="([^"]+)">', text)[0]


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("ZH", "zh-CN"),
        ("en;q=0.5, zh;q=0.9", "zh-CN"),
        ("fr, de;q=0.9", "en"),
        ("fr, zh;q=0.1", "zh-CN"),
        ("zh;q=0", "en"),
        ("*", "en"),
        ("zh'\"><script>;;q=x", "en"),
    ],
)
def test_a_page_is_in_what_the_browser_asks_for(visitor: Visitor, asked: str, language: str) -> None:
    assert language_of(visitor, asked=asked) == language
    assert language_of(visitor, "/nowhere", asked=asked) == language


def choose(visitor: Visitor, language: str, path: str = "/sign-in") -> int:
    """Press the button of a language on a page."""
    visitor.get(path)
    return visitor.post("/account/language", {"language": language, "from": path}).status_code


def test_a_choice_before_sign_in_lasts_until_after_sign_out(visitor: Visitor) -> None:
    create("li")
    assert choose(visitor, "zh") == 302
    assert language_of(visitor, asked="en") == "zh-CN"
    visitor.sign_in("li")
    assert language_of(visitor, "/account/") == "zh-CN"
    visitor.post("/sign-out")
    assert language_of(visitor) == "zh-CN"


def test_a_users_choice_is_theirs_in_every_browser(app: Flask, signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    assert choose(visitor, "zh", "/account/") == 302
    assert accounts.get("viewer").language == "zh"
    another = Visitor(app.test_client())
    choose(another, "en")
    assert language_of(another, asked="en") == "en"
    another.sign_in("viewer")
    assert language_of(another, "/account/", asked="en") == "zh-CN"
    assert choose(another, "en", "/account/") == 302
    assert language_of(visitor, "/account/", asked="zh") == "en"


def test_there_are_no_other_languages(visitor: Visitor) -> None:
    for language in ("fr", "", "../../etc", "zh_CN"):
        assert choose(visitor, language) == 400


def test_a_chinese_page_is_in_chinese_and_offers_english(visitor: Visitor) -> None:
    text = visitor.get("/sign-in", headers={"Accept-Language": "zh-CN"}).text
    assert "<h1>登录</h1>" in text
    assert re.findall(r'name="language" value="(\w+)"', text) == ["en"]
    assert re.findall(r'name="language" value="(\w+)"', visitor.get("/sign-in").text) == ["zh"]
