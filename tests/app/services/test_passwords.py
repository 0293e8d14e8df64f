"""Passwords: what is refused and why, that hashes verify, that generated ones are strong."""

from __future__ import annotations

import math
import unicodedata
from concurrent.futures import ThreadPoolExecutor, wait
from threading import BoundedSemaphore

import pytest
from argon2 import PasswordHasher

from app.services import passwords
from app.services.passwords import WeakPassword

GOOD = "kettle harbour violin"


@pytest.mark.parametrize(
    ("password", "name", "reason"),
    [
        ("", "li", "has 0 characters; it needs 12"),
        ("elevenchars", "li", "has 11 characters; it needs 12"),
        ("密码太短了", "li", "has 5 characters"),
        ("a\u0301" * 6 + "bcde", "li", "has 10 characters"),  # an accent typed apart is no character
        ("kettle harbour violin " * 50, "li", "1,100 bytes; 1,024 are the most"),
        ("白" * 342, "li", "1,026 bytes"),
        ("kettle\tharbour violin", "li", "cannot be typed"),
        ("\ufeffkettle harbour", "li", "cannot be typed"),
        ("kettle harbour\udcff", "li", "cannot be typed"),
        ("password1234", "li", "easily guessed"),
        ("ZhangWei19900101!", "zhang.wei", "holds the user's name"),
        ("the zhangwei house", "zhang.wei", "holds the user's name"),
        ("一只白马张伟在河边吃草不抬头", "张伟", "holds the user's name"),
        ("Li1234567890", "li", "easily guessed"),
        ("Wei@20241122", "zhang.wei", "easily guessed"),
        ("bob!bob!1985!bob", "Bob", "easily guessed"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, name: str, reason: str) -> None:
    with pytest.raises(WeakPassword, match=reason) as caught:
        passwords.check(password, name)
    assert caught.value.exit_code == 1
    assert caught.value.hint
    assert not password or password not in str(caught.value)


@pytest.mark.parametrize(
    ("password", "name"),
    [
        (GOOD, "li"),
        ("pale-lilac-river-oak", "li"),  # a short name stands in many words
        ("一只白马在河边吃草不抬头", "李"),
        ("twelve chars", "zhao"),
        ("x" + "kettle harbour violin " * 46, "li"),
        ("🐎🔋📎✅🌊🍵🚲🎻🪵🧭🧵🪁", "li"),
    ],
)
def test_a_strong_password_is_taken(password: str, name: str) -> None:
    passwords.check(password, name)


def test_a_hash_is_argon2id_and_verifies() -> None:
    kept = passwords.hashed(GOOD)
    assert kept.startswith("$argon2id$")
    assert GOOD not in kept
    assert kept != passwords.hashed(GOOD)
    assert passwords.verify(GOOD, kept)
    assert not passwords.verify(GOOD.title(), kept)
    assert not passwords.needs_rehash(kept)
    assert passwords.needs_rehash(PasswordHasher(time_cost=1, memory_cost=1024).hash(GOOD))


def test_the_same_text_from_another_keyboard_is_the_same_password() -> None:
    kept = passwords.hashed("Grüße aus dem Süden")
    assert passwords.verify(unicodedata.normalize("NFD", "Grüße aus dem Süden"), kept)
    assert passwords.verify("Grüße\u3000aus\u00a0dem Süden", kept)
    assert not passwords.verify("Ｇrüße aus dem Süden", kept)  # width is kept: RFC 8265, 4.2.2


@pytest.mark.parametrize("broken", ["", "!", "$argon2id$v=19$m=65536", "5f4dcc3b5aa765d61d8327deb882cf99"])
def test_a_broken_hash_verifies_nothing(broken: str) -> None:
    assert not passwords.verify(GOOD, broken)


def test_what_is_not_text_verifies_nothing() -> None:
    assert not passwords.verify("kettle\udcff", passwords.hashed(GOOD))


def test_generated_passwords_are_strong_and_readable() -> None:
    assert passwords.GROUPS * passwords.GROUP_LENGTH * math.log2(len(passwords.ALPHABET)) >= 100
    assert not set(passwords.ALPHABET) & set("01lIO")
    made = {passwords.generate() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check(password, "li")
        assert [len(group) for group in password.split("-")] == [4] * 6


def test_no_more_hashes_are_computed_at_once_than_there_are_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = BoundedSemaphore(1)
    monkeypatch.setattr(passwords, "_turns", turns)
    hashed = passwords.hashed(GOOD)
    with ThreadPoolExecutor(2) as threads:
        with turns:
            waiting = [threads.submit(passwords.verify, GOOD, hashed), threads.submit(passwords.hashed, GOOD)]
            assert wait(waiting, timeout=0.5).not_done == set(waiting)
        assert waiting[0].result() is True
        assert passwords.verify(GOOD, waiting[1].result())
