"""`flask create-user`: asked for, piped or made; nothing else gives a password, and nothing shows one."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable

import pexpect
import pytest
from flask.testing import FlaskCliRunner

from app.models.user import ROLES
from app.services import accounts, passwords, runs
from commands.roles import ROLE
from tests.conftest import ROOT, FlaskProcess

GOOD = "kettle harbour violin"
Asked = Callable[..., tuple[int | None, str]]


@pytest.fixture
def asked() -> Asked:
    """Run a command on a terminal of its own, answer its questions, and give exit code and screen."""

    def run(arguments: list[str], *answers: tuple[str, str]) -> tuple[int | None, str]:
        screen = io.StringIO()
        command = [str(ROOT / "manage.py"), *arguments]
        child = pexpect.spawn(sys.executable, command, encoding="utf-8", timeout=60, cwd=str(ROOT))
        child.logfile_read = screen
        for question, answer in answers:
            child.expect_exact(question)
            child.sendline(answer)
        child.expect(pexpect.EOF)
        child.wait()  # close() waits a moment only
        child.close()
        return child.exitstatus, screen.getvalue()

    return run


def test_the_password_is_asked_for_twice_and_not_shown(cli: FlaskCliRunner, asked: Asked) -> None:
    code, screen = asked(["create-user", "li"], ("Password: ", GOOD), ("The same again: ", GOOD))
    assert code == 0, screen
    assert 'Created the user "li", role viewer. Run 1.' in screen
    assert GOOD not in screen
    user = accounts.get("li")
    assert passwords.verify(GOOD, user.password_hash)
    assert (user.role, user.must_change_password) == ("viewer", False)


def test_two_different_answers_are_asked_for_again(cli: FlaskCliRunner, asked: Asked) -> None:
    first = (("Password: ", GOOD), ("The same again: ", GOOD + "!"))
    code, screen = asked(["create-user", "li"], *first, ("Password: ", GOOD), ("The same again: ", GOOD))
    assert code == 0, screen
    assert "do not match" in screen
    assert passwords.verify(GOOD, accounts.get("li").password_hash)


def test_a_taken_name_is_told_before_the_password_is_asked_for(cli: FlaskCliRunner, asked: Asked) -> None:
    accounts.create_user("Li", GOOD, "viewer")
    code, screen = asked(["create-user", "li"])
    assert code == 1
    assert 'Error: The name "li" is taken (as "Li").' in screen
    assert "Password" not in screen


def test_ctrl_c_at_the_question_makes_nobody(cli: FlaskCliRunner, asked: Asked) -> None:
    code, screen = asked(["create-user", "li"], ("Password: ", "\x03"))
    assert code == 130
    assert "Interrupted." in screen
    assert accounts.all_users() == []


def test_a_weak_answer_is_an_error(cli: FlaskCliRunner, asked: Asked) -> None:
    code, screen = asked(["create-user", "li"], ("Password: ", "short"), ("The same again: ", "short"))
    assert code == 1
    assert "Error: The password has 5 characters; it needs 12." in screen
    assert accounts.all_users() == []


@pytest.mark.parametrize("ending", ["", "\r\n", "\nanother line\n"])
def test_the_password_comes_from_a_pipe(cli: FlaskCliRunner, ending: str) -> None:
    result = cli.invoke(args=["create-user", "li", "--password-stdin", "--role", "admin"], input=f" {GOOD} {ending}")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert result.stderr == 'Created the user "li", role admin. Run 1.\n'
    assert passwords.verify(f" {GOOD} ", accounts.get("li").password_hash)  # only the line ending goes
    assert accounts.get("li").role == "admin"


def test_a_generated_password_is_alone_on_stdout(cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["create-user", "li", "--generate"])
    assert result.exit_code == 0, result.stderr
    password = result.stdout.removesuffix("\n")
    assert len(password.split("-")) == 6
    assert password not in result.stderr
    user = accounts.get("li")
    assert passwords.verify(password, user.password_hash)
    assert user.must_change_password
    assert password not in json.dumps([runs.as_dict(run) for run in runs.newest(5)])


def test_wrong_usage_says_what_to_do(cli: FlaskCliRunner) -> None:
    for args, sentence in (
        (["li", "--password-stdin", "--generate"], "exclude each other"),
        (["li"], "add --password-stdin or --generate"),
        (["li", "--generate", "--role", "boss"], "'viewer', 'operator', 'admin'"),
        (["--generate"], "Missing argument 'NAME'"),
        (["li", "hunter2hunter2"], "unexpected extra argument"),
    ):
        result = cli.invoke(args=["create-user", *args], input=f"{GOOD}\n")
        assert result.exit_code == 2
        assert sentence in result.stderr
    assert accounts.all_users() == []


def test_what_cannot_be_used_is_an_error(cli: FlaskCliRunner) -> None:
    for name, password, sentence in (
        ("li", b"password1234\n", "easily guessed"),
        ("zhangwei", b"ZhangWei-88-88\n", "holds the user's name"),
        ("a b", b"kettle harbour violin\n", "The name holds U+0020 (space)."),
        ("li", b"", "Standard input is empty."),
        ("li", b"\n", "has 0 characters"),
        ("li", b"kettle \xff\xfe violin\n", "is not UTF-8"),
        ("li", b"kettle harbour " * 1000, "2,048 bytes; 1,024 are the most"),
    ):
        result = cli.invoke(args=["create-user", name, "--password-stdin"], input=password)
        assert result.exit_code == 1
        assert sentence in result.stderr
        assert "Traceback" not in result.stderr
    assert accounts.all_users() == []
    assert runs.newest(1) == []


def test_a_taken_name_is_an_error(cli: FlaskCliRunner) -> None:
    accounts.create_user("li", GOOD, "viewer")
    result = cli.invoke(args=["create-user", "LI", "--generate"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert 'The name "LI" is taken (as "li").' in result.stderr


def test_without_a_terminal_a_process_stops_at_once(flask_process: FlaskProcess) -> None:
    result = flask_process("create-user", "li", input="", timeout=60)
    assert result.returncode == 2
    assert "--password-stdin or --generate" in result.stderr


def test_the_roles_are_the_model_s() -> None:
    assert tuple(ROLE.choices) == ROLES
