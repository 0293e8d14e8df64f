"""Sign-in: one answer and one time for all that is wrong; a hash of yesterday's parameters is replaced."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher
from flask import Flask

from app.models import User
from app.services import accounts, passwords, runs
from app.services.signing_in import SignInFailed, sign_in
from app.services.transactions import writing
from tests.told import hearing

GOOD = "kettle harbour violin"
WRONG = "seven quiet lanterns"
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def put(name: str, password_hash: str = "", **values: object) -> None:
    """Put a user into the table, with the good password unless a hash is given."""
    with writing() as session:
        session.add(User(name=name, role="viewer", password_hash=password_hash or passwords.hashed(GOOD), **values))


def test_the_right_password_signs_in_under_the_name_in_any_case_and_width(app: Flask) -> None:
    put("Zhao")
    assert accounts.get("zhao").signed_in_at is None
    for name in ("Zhao", "zhao", "ｚｈａｏ"):
        assert sign_in(name, GOOD).name == "Zhao"
    first = accounts.get("zhao").signed_in_at
    assert first is not None
    assert sign_in("zhao", GOOD).signed_in_at == first, "it is the time before this one"
    assert runs.newest(1) == []


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("li", WRONG),
        ("li", ""),
        ("li", "x" * 5_000),
        ("nobody", GOOD),
        ("", GOOD),
        ("l" * 1_000, GOOD),
        ("\udcff", "\udcff"),
        ("gone", GOOD),
        ("gone", WRONG),
    ],
)
@on_sqlite
def test_all_that_is_wrong_gets_the_same_words(app: Flask, name: str, password: str) -> None:
    put("li")
    put("gone")
    accounts.disable("gone")
    with pytest.raises(SignInFailed) as caught:
        sign_in(name, password)
    assert str(caught.value) == "The name or the password is wrong."
    assert caught.value.status == 401
    assert accounts.get("li").signed_in_at is None
    assert accounts.get("gone").signed_in_at is None


def seconds(name: str, password: str) -> float:
    """Return how long a sign-in takes that fails."""
    began = time.process_time()
    with pytest.raises(SignInFailed):
        sign_in(name, password)
    return time.process_time() - began


@on_sqlite
def test_unknown_names_wrong_passwords_and_disabled_users_cost_the_same_time(app: Flask) -> None:
    put("li")
    put("gone")
    accounts.disable("gone")
    tries = {"unknown": ("nobody", WRONG), "wrong": ("li", WRONG), "disabled": ("gone", GOOD)}
    seconds("nobody", WRONG)  # the hash for unknown names is made once
    rounds = [{what: seconds(*one) for what, one in tries.items()} for _ in range(7)]  # in turns: a machine has moods
    took = {what: min(one[what] for one in rounds) for what in tries}
    assert max(took.values()) < 1.6 * min(took.values()), took


@on_sqlite
def test_what_is_too_long_costs_no_time(app: Flask) -> None:
    put("li")
    seconds("li", WRONG)
    for name, password in (("li", "é" * 20_000_000), ("ﷺ" * 20_000_000, "")):
        assert seconds(name, password) < 1


def test_a_hash_of_other_parameters_is_replaced_at_sign_in(app: Flask) -> None:
    put("li", PasswordHasher(time_cost=1, memory_cost=64).hash(GOOD))
    before = accounts.get("li").password_hash
    with pytest.raises(SignInFailed):
        sign_in("li", WRONG)
    assert accounts.get("li").password_hash == before
    sign_in("li", GOOD)
    after = accounts.get("li").password_hash
    assert passwords.needs_rehash(before)
    assert not passwords.needs_rehash(after)
    assert sign_in("li", GOOD).password_hash == after
    assert accounts.get("li").password_hash == after


def test_it_is_told_who_signed_in_and_who_could_not(app: Flask) -> None:
    put("Zhao")
    with hearing(app) as told:
        sign_in("zhao", GOOD, "198.51.100.7")
        for name in ("zhao", GOOD):  # a password in the field of the name
            with pytest.raises(SignInFailed):
                sign_in(name, WRONG, "198.51.100.7")
    user = {"user": accounts.get("zhao").id, "name": "Zhao", "address": "198.51.100.7"}
    assert told == [
        ("user-signed-in", user),
        ("sign-in-failed", user),
        ("sign-in-failed", {"user": None, "name": "", "address": "198.51.100.7"}),
    ]
