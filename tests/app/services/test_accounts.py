"""Users are made and changed in runs; a taken name, an unknown one and the last admin are guarded."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from app.errors import AppError, Conflict, Invalid, NotFound, Refused
from app.extensions import db
from app.models import User
from app.services import accounts, passwords, runs, sessions
from app.services.account_changes import Change
from app.services.account_names import BadName
from app.services.accounts import WrongPassword
from app.services.passwords import WeakPassword
from app.services.sessions import StoreAway
from app.services.transactions import writing
from tests.private_redis import private_redis

GOOD = "kettle harbour violin"
OTHER = "seven quiet lanterns"


def put(name: str, role: str = "viewer") -> None:
    """Put a user into the table without the work of hashing."""
    with writing() as session:
        session.add(User(name=name, role=role, password_hash="!"))


def test_a_user_is_made_in_a_run(app: Flask) -> None:
    change = accounts.create_user("Ｌi", GOOD, "operator", must_change_password=True)
    user = accounts.get("li")
    assert (change.name, change.changed) == ("Li", True)
    assert (user.name, user.role, user.must_change_password, user.disabled_at) == ("Li", "operator", True, None)
    assert passwords.verify(GOOD, user.password_hash)
    run = runs.get(change.run_id)
    assert (run.kind, run.name, run.state) == ("user", "create-user Li", "succeeded")
    assert run.rows == {"users": {"inserted": 1}}
    assert run.arguments == {"name": "Li", "role": "operator", "must_change": True}


def test_a_name_is_taken_in_any_case_and_width(app: Flask) -> None:
    for kept, asked in (
        ("li", "Li"),
        ("Wang", "wang"),
        ("özil", "ÖZIL"),
        ("李", "李"),
        ("Zhao", "ｚｈａｏ"),
        ("Жук", "жук"),
    ):
        put(kept)
        with pytest.raises(Conflict, match=f"is taken.*{'' if kept == asked else kept}"):
            accounts.create_user(asked, GOOD, "viewer")
    assert len(accounts.all_users()) == 6
    assert runs.newest(1) == []


def test_a_name_that_the_database_finds_equal_is_taken(app: Flask, backend: str) -> None:
    put("jose")
    if backend == "sqlite":  # tells accents apart
        assert accounts.create_user("José", GOOD, "viewer").name == "José"
        return
    with pytest.raises(Conflict, match='"José" is taken \\(as "jose"\\)'):
        accounts.create_user("José", GOOD, "viewer")
    run = runs.newest(1)[0]
    assert (run.state, run.rows) == ("failed", {})
    assert "argon2" not in (run.error or "")


def test_of_two_at_the_same_time_one_gets_the_name(app: Flask) -> None:
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def create(name: str) -> None:
        with app.app_context():
            accounts.check_free(name)
            together.wait(timeout=30)
            try:
                accounts.create_user(name, GOOD, "viewer")
                outcomes.append("made")
            except AppError as error:
                outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=create, args=(name,)) for name in ("li", "LI")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["Conflict", "made"]
    assert len(accounts.all_users()) == 1


@pytest.mark.parametrize(
    ("name", "password", "error"),
    [("a b", GOOD, BadName), ("li", "password1234", WeakPassword), ("li", "", WeakPassword)],
)
def test_a_bad_name_or_password_leaves_no_user_and_no_run(
    app: Flask, name: str, password: str, error: type[AppError]
) -> None:
    with pytest.raises(error):
        accounts.create_user(name, password, "viewer")
    assert accounts.all_users() == []
    assert runs.newest(1) == []


def test_a_role_is_set(app: Flask) -> None:
    put("li")
    change = accounts.set_role("LI", "operator")
    assert accounts.get("li").role == "operator"
    run = runs.get(change.run_id)
    assert (run.name, run.rows, run.arguments["role"]) == ("set-role li", {"users": {"updated": 1}}, "operator")
    again = accounts.set_role("li", "operator")
    assert not again.changed
    assert runs.get(again.run_id).rows == {}


def test_a_user_is_disabled_and_enabled(app: Flask) -> None:
    put("li")
    assert accounts.disable("li").changed
    since = accounts.get("li").disabled_at
    assert since is not None
    assert not accounts.disable("li").changed
    assert accounts.get("li").disabled_at == since
    assert accounts.enable("li").changed
    assert accounts.get("li").disabled_at is None
    assert not accounts.enable("li").changed
    assert [run.rows for run in reversed(runs.newest(10))] == [{"users": {"updated": 1}}, {}] * 2


def test_the_last_enabled_admin_stays(app: Flask) -> None:
    put("li", "admin")
    put("zhao", "admin")
    accounts.disable("zhao")
    for act in (lambda: accounts.disable("li"), lambda: accounts.set_role("li", "viewer")):
        with pytest.raises(Refused, match="last enabled admin") as caught:
            act()
        assert caught.value.exit_code == 5
        assert "set-role" in caught.value.hint
        assert runs.newest(1)[0].state == "failed"
    assert not accounts.set_role("li", "admin").changed
    accounts.set_role("zhao", "viewer")  # is disabled: nobody is lost
    accounts.enable("zhao")
    accounts.set_role("zhao", "admin")
    assert accounts.disable("li").changed


def test_two_admins_cannot_disable_each_other_at_the_same_time(app: Flask) -> None:
    put("li", "admin")
    put("zhao", "admin")
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def disable(name: str) -> None:
        with app.app_context():
            together.wait(timeout=30)
            try:
                accounts.disable(name)
                outcomes.append("disabled")
            except AppError as error:
                outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=disable, args=(name,)) for name in ("li", "zhao")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["Refused", "disabled"]


def test_a_password_is_reset(app: Flask) -> None:
    put("li")
    change = accounts.reset_password("Li", OTHER, must_change_password=True)
    user = accounts.get("li")
    assert passwords.verify(OTHER, user.password_hash)
    assert user.must_change_password
    assert runs.get(change.run_id).rows == {"users": {"updated": 1}}
    with pytest.raises(WeakPassword):
        accounts.reset_password("li", "password1234")
    assert accounts.get("li").password_hash == user.password_hash


def sign_in(name: str) -> str:
    """Begin a session of a user; return its id."""
    id_ = sessions.new_id()
    sessions.save(id_, None, {"user_id": accounts.get(name).id})
    return id_


@pytest.mark.parametrize(
    ("act", "ends"),
    [
        (lambda: accounts.set_role("li", "operator"), True),
        (lambda: accounts.disable("li"), True),
        (lambda: accounts.reset_password("li", OTHER), True),
        (lambda: accounts.sign_out("li"), True),
        (lambda: accounts.set_role("li", "viewer"), False),
        (lambda: accounts.enable("li"), False),
    ],
)
def test_what_takes_rights_away_ends_the_users_sessions(app: Flask, act: Callable[[], Change], ends: bool) -> None:
    put("li")
    put("zhao")
    mine, others = [sign_in("li"), sign_in("li")], sign_in("zhao")
    change = act()
    assert change.ended == (2 if ends else 0)
    assert runs.get(change.run_id).rows.get("sessions") == ({"deleted": 2} if ends else None)
    assert [sessions.store().load(id_) is None for id_ in mine] == [ends, ends]
    assert sessions.store().load(others) is not None


def test_who_has_no_session_is_signed_out_without_a_change(app: Flask) -> None:
    put("li")
    change = accounts.sign_out("LI")
    assert (change.name, change.changed, change.ended) == ("li", False, 0)
    run = runs.get(change.run_id)
    assert (run.name, run.state, run.rows) == ("sign-out li", "succeeded", {})


def test_sessions_in_redis_end_too(app: Flask, tmp_path: Path) -> None:
    put("li")
    with private_redis(tmp_path) as server:
        app.config["REDIS_URL"] = server.url
        id_ = sign_in("li")
        assert accounts.disable("li").ended == 1
        assert sessions.store().load(id_) is None


def test_where_redis_is_away_the_change_is_made_and_the_error_says_that_sessions_go_on(
    app: Flask, tmp_path: Path
) -> None:
    put("li")
    with private_redis(tmp_path) as server:
        app.config["REDIS_URL"] = server.url
    with pytest.raises(StoreAway, match='The sessions of "li" go on') as caught:
        accounts.disable("li")
    assert "flask users sign-out li" in caught.value.hint
    assert accounts.get("li").disabled_at is not None
    run = runs.newest(1)[0]
    assert (run.state, run.rows) == ("failed", {"users": {"updated": 1}})


def test_a_user_changes_their_password_and_stays_where_they_are(app: Flask) -> None:
    accounts.create_user("li", GOOD, "viewer", must_change_password=True)
    here, elsewhere = sign_in("li"), sign_in("li")
    change = accounts.change_password("LI", GOOD, OTHER, except_session=here)
    user = accounts.get("li")
    assert passwords.verify(OTHER, user.password_hash)
    assert not user.must_change_password
    assert sessions.store().load(here) is not None
    assert sessions.store().load(elsewhere) is None
    run = runs.get(change.run_id)
    assert (run.name, run.arguments) == ("change-password li", {"name": "li"})
    assert run.rows == {"users": {"updated": 1}, "sessions": {"deleted": 1}}


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (OTHER, "brass window morning", WrongPassword),
        ("", OTHER, WrongPassword),
        (GOOD, GOOD, Invalid),
        (GOOD, GOOD.replace(" ", "\u3000"), Invalid),
        (GOOD, "password1234", WeakPassword),
    ],
)
def test_a_password_that_may_not_be_changed_stays_and_so_do_sessions(
    app: Flask, old: str, new: str, error: type[AppError]
) -> None:
    put("li")
    with writing() as session:
        session.execute(update(User).values(password_hash=passwords.hashed(GOOD)))
    id_ = sign_in("li")
    with pytest.raises(error):
        accounts.change_password("li", old, new)
    assert passwords.verify(GOOD, accounts.get("li").password_hash)
    assert sessions.store().load(id_) is not None
    assert runs.newest(1) == []


def test_of_two_changes_of_a_password_at_the_same_time_one_is_made(app: Flask) -> None:
    accounts.create_user("li", GOOD, "viewer")
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def change(new: str) -> None:
        with app.app_context():
            together.wait(timeout=30)
            try:
                accounts.change_password("li", GOOD, new)
                outcomes.append("changed")
            except (Conflict, WrongPassword) as error:
                outcomes.append(error.label)

    threads = [threading.Thread(target=change, args=(new,)) for new in (OTHER, "brass window morning")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "changed" in outcomes
    assert len(set(outcomes)) == 2


def test_a_language_is_chosen_without_a_run(app: Flask) -> None:
    put("li")
    accounts.choose_language("LI", "zh")
    assert accounts.get("li").language == "zh"
    with pytest.raises(Invalid, match="en, zh"):
        accounts.choose_language("li", "klingon")
    accounts.choose_language("li", None)
    assert accounts.get("li").language is None
    with pytest.raises(NotFound):
        accounts.choose_language("nobody", "zh")
    assert runs.newest(1) == []


def test_an_unknown_user_is_not_found_and_a_close_one_named(app: Flask) -> None:
    put("Zhao")
    for act in (accounts.get, accounts.disable, accounts.enable, accounts.sign_out):
        with pytest.raises(NotFound, match='no user "zao"') as caught:
            act("zao")
        assert caught.value.hint == 'Did you mean "Zhao"?'
    with pytest.raises(NotFound, match="users list"):
        accounts.set_role("nobody", "admin")
    assert runs.newest(1) == []


def test_no_password_and_no_hash_reach_ledger_log_or_list(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("app")
    log.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.DEBUG, logger="app"):
            accounts.create_user("li", GOOD, "viewer")
            accounts.reset_password("li", OTHER)
    finally:
        log.removeHandler(caplog.handler)
    ledger = json.dumps([runs.as_dict(run) for run in runs.newest(10)])
    shown = json.dumps([accounts.as_dict(user) for user in accounts.all_users()])
    logged = "".join(str(vars(record)) for record in caplog.records)
    assert "run started" in logged
    for secret in (GOOD, OTHER, "argon2"):
        assert secret not in ledger + shown + logged


def test_a_failing_database_does_not_put_the_hash_on_record(app: Flask, backend: str) -> None:
    put("li")
    refusal = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT='disk gone'"
    if backend == "sqlite":
        refusal = "SELECT RAISE(ABORT, 'disk gone')"
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TRIGGER broken BEFORE UPDATE ON users FOR EACH ROW BEGIN {refusal}; END")
    with pytest.raises(AppError, match="disk gone"):
        accounts.reset_password("li", OTHER)
    run = runs.newest(1)[0]
    assert (run.state, run.rows) == ("failed", {})
    assert "disk gone" in (run.error or "")
    assert "argon2" not in (run.error or "")


def test_users_are_paged_by_name(app: Flask) -> None:
    for name in ("Zhao", "li", "Bo", "wang", "an"):
        put(name)
    pages = [accounts.users_page(number, 2) for number in (1, 2, 3)]
    assert [[user.name for user in page.items] for page in pages] == [["an", "Bo"], ["li", "wang"], ["Zhao"]]
    assert [(page.has_next, page.total) for page in pages] == [(True, 5), (True, 5), (False, 5)]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("LI", ["li", "li_ming", "oliver"]),
        ("_", ["li_ming"]),
        ("ｌｉ_", ["li_ming"]),
        ("%", []),
        ("'", []),
        ("\\", []),
        (" ", ["li", "li_ming", "oliver", "wang"]),
    ],
)
def test_users_are_found_by_a_part_of_their_names(app: Flask, search: str, found: list[str]) -> None:
    for name in ("li", "oliver", "wang", "li_ming"):
        put(name)
    assert [user.name for user in accounts.users_page(search=search).items] == found
