"""`flask tokens`: create, list, revoke. The token alone goes to stdout, once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask.testing import FlaskCliRunner

from app.models import User
from app.services import accounts, runs, tokens
from app.services.transactions import writing
from commands.tokens import DEFAULT_DAYS, MOST_DAYS
from tests.conftest import FlaskProcess

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def people(cli: FlaskCliRunner) -> None:
    """Put an operator and a viewer into the table."""
    with writing() as session:
        session.add_all([User(name="Zhao", role="operator", password_hash="!")])
        session.add_all([User(name="li", role="viewer", password_hash="!")])


@pytest.mark.usefixtures("people")
def test_a_token_is_printed_alone_and_never_again(cli: FlaskCliRunner, flask_process: FlaskProcess) -> None:
    made = flask_process("tokens", "create", "zhao", "--name", "nightly import", "--days", "7")
    assert made.returncode == 0, made.stderr
    text = made.stdout.removesuffix("\n")
    found = tokens.recognise(text)
    assert found is not None
    assert (found.user.name, found.user.role) == ("Zhao", "operator")
    assert made.stderr.startswith('Made the token "nightly import" of "Zhao", role operator, until ')
    assert made.stderr.endswith(" Run 1.\nThe token, shown this once:\n")
    assert text not in made.stderr
    for args in (["tokens", "list"], ["tokens", "list", "--json"], ["runs", "show", "1"]):
        result = cli.invoke(args=args)
        assert result.exit_code == 0
        assert text not in result.output
        assert "nightly import" in result.output
    run = runs.get(1)
    assert (run.kind, run.state) == ("token", "succeeded")
    assert "@" in run.operator


@pytest.mark.usefixtures("people")
def test_tokens_are_listed_with_what_became_of_them(cli: FlaskCliRunner) -> None:
    assert cli.invoke(args=["tokens", "list"]).stderr.startswith("No tokens. Make one with: flask tokens create")
    tokens.create("li", "first", expires_in=None)
    tokens.recognise(tokens.create("Zhao", "second", "viewer").text)
    tokens.revoke("1")
    result = cli.invoke(args=["tokens", "list"])
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["ID", "USER", "NAME", "TOKEN", "ROLE", "STATE", "LAST", "USED"]
    assert (lines[2][:3], lines[2][4:6], lines[2][-2]) == (["2", "Zhao", "second"], ["viewer", "until"], "today")
    assert (lines[3][:3], lines[3][4:7], lines[3][-1]) == (
        ["1", "li", "first"],
        ["viewer", "revoked", "today"],
        "never",
    )
    listed = json.loads(cli.invoke(args=["tokens", "list", "LI", "--json"]).stdout)
    assert [(token["id"], token["user"], token["state"]) for token in listed] == [(1, "li", "revoked")]
    assert set(listed[0]) == {
        *("id", "user", "name", "shown", "role", "state"),
        *("created_at", "expires_at", "used_at", "revoked_at"),
    }


@pytest.mark.usefixtures("people")
def test_a_token_is_made_as_the_options_say(cli: FlaskCliRunner) -> None:
    args = ["tokens", "create", "Zhao", "--name", "a", "--role", "viewer", "--never-expires", "--json"]
    made = cli.invoke(args=args)
    assert made.exit_code == 0
    said = json.loads(made.stdout)
    assert (said["role"], said["expires_at"], said["run"]) == ("viewer", None, 1)
    found = tokens.recognise(said["token"])
    assert found is not None
    assert found.user.role == "viewer"
    assert "never expires. Run 1." in made.stderr
    assert (tokens.DEFAULT_LIFE.days, tokens.LONGEST_LIFE.days) == (DEFAULT_DAYS, MOST_DAYS)
    assert cli.invoke(args=["tokens", "create", "Zhao", "--name", "b"]).exit_code == 0
    second = tokens.get(2)
    assert second.expires_at is not None
    assert second.expires_at - second.created_at <= timedelta(days=DEFAULT_DAYS)


@pytest.mark.usefixtures("people")
def test_a_token_is_revoked_by_its_id_or_its_beginning(cli: FlaskCliRunner) -> None:
    made = tokens.create("li", "night")
    named = f'The token "night" ({made.token.shown}…) of "li" is revoked'
    for which, message in (
        (made.token.shown, f"{named} now. Run 2.\n"),
        ("1", f"{named} already; nothing changed.\n"),
    ):
        result = cli.invoke(args=["tokens", "revoke", which])
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", message)
    assert tokens.recognise(made.text) is None


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (["create", "zao", "--name", "a"], 1, 'There is no user "zao".\nDid you mean "Zhao"?'),
        (["create", "li", "--name", ""], 1, "The token's name has 0 characters."),
        (["create", "li", "--name", "a\x1b[31m"], 1, "The token's name holds U+001B"),
        (["create", "li", "--name", "a", "--role", "admin"], 5, "The role admin is above"),
        (["create", "li", "--name", "a", "--role", "root"], 2, "'root' is not one of"),
        (["create", "li", "--name", "a", "--days", "0"], 2, "1<=x<=365"),
        (["create", "li", "--name", "a", "--days", "366"], 2, "1<=x<=365"),
        (["create", "li", "--name", "a", "--days", "1", "--never-expires"], 2, "exclude each other"),
        (["create", "li"], 2, "--name"),
        (["list", "zao"], 1, 'There is no user "zao".'),
        (["revoke", "7"], 1, 'There is no token "7".\nSee them with: flask tokens list'),
        (["revoke", "opsdesk_nobodyhas"], 1, 'There is no token "opsdesk_nobodyha".'),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(
    cli: FlaskCliRunner, args: list[str], code: int, sentence: str
) -> None:
    result = cli.invoke(args=["tokens", *args])
    assert (result.exit_code, result.stdout) == (code, "")
    assert sentence in result.stderr
    assert tokens.listing() == []
    assert runs.newest(1) == []


@pytest.mark.usefixtures("people")
def test_a_disabled_user_gets_none(cli: FlaskCliRunner, flask_process: FlaskProcess) -> None:
    accounts.disable("li")
    result = flask_process("tokens", "create", "li", "--name", "a")
    assert (result.returncode, result.stdout) == (5, "")
    assert result.stderr == 'Refused: "li" is disabled.\nEnable the account first: flask users enable li\n'
