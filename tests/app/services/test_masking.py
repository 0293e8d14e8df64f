"""Which names are those of secrets, and what is masked."""

from __future__ import annotations

import time

import pytest

from app.services.masking import is_secret, masked, url_passwords

SECRET = (
    *("password", "PASSWD", "passphrase", "db-pass", "--db-pass", "dbPass", "dbpass", "PGPASS", "pass", "smtp_pw"),
    *("pwd", "userpwd", "auth", "--auth", "basicAuth", "oauth2", "authorization", "private_key", "private"),
    *("api-key", "apiKey", "access_key", "client_secret", "token", "credentials"),
)
HARMLESS = (
    *("author", "authors", "authority", "passenger", "compass", "bypass", "trespass", "privateer", "cwd", "spawn"),
    *("key", "name", "passage", "surpass", "encompass_all"),
)


@pytest.mark.parametrize("name", SECRET)
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)
    assert masked({name: "hunter2"}) == {name: "***"}


@pytest.mark.parametrize("name", HARMLESS)
def test_names_that_only_sound_like_it(name: str) -> None:
    assert not is_secret(name)
    assert masked({name: "hunter2"}) == {name: "hunter2"}


def test_passwords_in_urls() -> None:
    text = "from mysql://li:one@shop/x to redis://:two@cache"
    assert masked(text) == "from mysql://li:***@shop/x to redis://:***@cache"
    assert url_passwords(text) == ["one", "two"]


@pytest.mark.parametrize("part", ["x", "a://", "a://b:", "://", "a://b:c "])
def test_no_text_takes_long(part: str) -> None:
    """A text that somebody sends would else keep a whole process of the server busy, which runs nothing meanwhile."""
    text = part * (1_000_000 // len(part))
    began = time.process_time()
    assert masked(text) == text
    assert url_passwords(text) == []
    assert time.process_time() - began < 5
