"""Users are made and changed in runs; a taken name, an unknown one and the last admin are guarded."""

from __future__ import annotations

import json
import logging
import threading

import pytest
from flask import Flask

from app.errors import AppError, Conflict, NotFound, Refused
from app.extensions import db
from app.models import User
from app.services import accounts, passwords, runs
from app.services.account_names import BadName
from app.services.passwords import WeakPassword
from app.services.transactions import writing

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


def test_an_unknown_user_is_not_found_and_a_close_one_named(app: Flask) -> None:
    put("Zhao")
    for act in (accounts.get, accounts.disable, accounts.enable):
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
