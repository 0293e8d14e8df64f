"""`flask users`: list, set-role, disable, enable, reset-password, sign-out."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskCliRunner

from app.models import User
from app.services import accounts, passwords, sessions
from app.services.transactions import writing

GOOD = "kettle harbour violin"


@pytest.fixture
def people(cli: FlaskCliRunner) -> None:
    """Put an admin and a viewer into the table."""
    with writing() as session:
        session.add_all([User(name="Zhao", role="admin", password_hash="!")])
        session.add_all([User(name="li", role="viewer", password_hash="!")])


@pytest.mark.usefixtures("people")
def test_users_are_listed_by_name(cli: FlaskCliRunner) -> None:
    accounts.disable("li")
    result = cli.invoke(args=["users", "list"])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["NAME", "ROLE", "STATE", "CREATED"]
    assert lines[2].split()[:4] == ["li", "viewer", "disabled", "today"]
    assert lines[3].split()[:3] == ["Zhao", "admin", "enabled"]


@pytest.mark.usefixtures("people")
def test_users_are_listed_as_json_without_their_hashes(cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["users", "list", "--json"])
    assert result.exit_code == 0
    users = json.loads(result.stdout)
    assert [user["name"] for user in users] == ["li", "Zhao"]
    assert set(users[0]) == {"id", "name", "role", "must_change_password", "disabled_at", "created_at"}
    assert (users[0]["must_change_password"], users[0]["disabled_at"]) == (False, None)
    assert users[0]["created_at"].endswith("+00:00")


def test_no_users_are_said_so_and_are_an_empty_list(cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["users", "list"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "create-user" in result.stderr
    result = cli.invoke(args=["users", "list", "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


@pytest.mark.usefixtures("people")
def test_changes_are_made_and_said(cli: FlaskCliRunner) -> None:
    for args, message in (
        (["set-role", "LI", "operator"], '"li" has the role operator now. Run 1.'),
        (["set-role", "li", "operator"], '"li" has the role operator already; nothing changed. Run 2.'),
        (["disable", "li"], '"li" is disabled now. Run 3.'),
        (["disable", "li"], '"li" is disabled already; nothing changed. Run 4.'),
        (["enable", "li"], '"li" is enabled now. Run 5.'),
        (["enable", "li"], '"li" is enabled already; nothing changed. Run 6.'),
    ):
        result = cli.invoke(args=["users", *args])
        assert result.exit_code == 0, result.stderr
        assert result.stderr == message + "\n"
        assert result.stdout == ""
    assert accounts.get("li").role == "operator"


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("args", [["disable", "zhao"], ["set-role", "zhao", "viewer"]])
def test_the_last_admin_is_kept(cli: FlaskCliRunner, args: list[str]) -> None:
    result = cli.invoke(args=["users", *args])
    assert result.exit_code == 5
    assert result.stderr.startswith('Refused: "Zhao" is the last enabled admin')
    assert "Make another one first: flask users set-role NAME admin" in result.stderr
    assert (accounts.get("zhao").role, accounts.get("zhao").disabled_at) == ("admin", None)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    "args",
    [
        ["disable", "zao"],
        ["enable", "zao"],
        ["set-role", "zao", "viewer"],
        ["reset-password", "zao", "--generate"],
        ["sign-out", "zao"],
    ],
)
def test_an_unknown_user_is_an_error_that_names_a_close_one(cli: FlaskCliRunner, args: list[str]) -> None:
    result = cli.invoke(args=["users", *args])
    assert result.exit_code == 1
    assert (result.stdout, result.stderr) == ("", 'Error: There is no user "zao".\nDid you mean "Zhao"?\n')


@pytest.mark.usefixtures("people")
def test_a_user_is_signed_out_and_it_says_of_how_many_sessions(cli: FlaskCliRunner) -> None:
    for count, message in (
        (2, '"li" is signed out: 2 sessions ended. Run 1.'),
        (1, '"li" is signed out: 1 session ended. Run 2.'),
        (0, '"li" is signed in nowhere; nothing changed. Run 3.'),
    ):
        for _ in range(count):
            sessions.save(sessions.new_id(), None, {"user_id": accounts.get("li").id})
        result = cli.invoke(args=["users", "sign-out", "LI"])
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", message + "\n")
    assert sessions.of_user(accounts.get("li").id) == []


@pytest.mark.usefixtures("people")
def test_a_password_is_reset_from_a_pipe(cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["users", "reset-password", "LI", "--password-stdin"], input=f"{GOOD}\n")
    assert result.exit_code == 0, result.stderr
    assert (result.stdout, result.stderr) == ("", '"li" has a new password now. Run 1.\n')
    user = accounts.get("li")
    assert passwords.verify(GOOD, user.password_hash)
    assert not user.must_change_password


@pytest.mark.usefixtures("people")
def test_a_generated_new_password_must_be_changed(cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["users", "reset-password", "li", "--generate"])
    assert result.exit_code == 0, result.stderr
    user = accounts.get("li")
    assert passwords.verify(result.stdout.removesuffix("\n"), user.password_hash)
    assert user.must_change_password
    listed = cli.invoke(args=["users", "list"])
    assert listed.exit_code == 0
    assert "must change password" in listed.stdout


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        ([], 2, "add --password-stdin or --generate"),
        (["--password-stdin", "--generate"], 2, "exclude each other"),
        (["--password-stdin"], 1, "easily guessed"),
    ],
)
def test_a_reset_that_cannot_be_done_changes_nothing(
    cli: FlaskCliRunner, args: list[str], code: int, sentence: str
) -> None:
    result = cli.invoke(args=["users", "reset-password", "li", *args], input="password1234\n")
    assert result.exit_code == code
    assert sentence in result.stderr
    assert accounts.get("li").password_hash == "!"
