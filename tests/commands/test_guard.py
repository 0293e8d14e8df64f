"""The guard: every error becomes a sentence and an exit code, none a traceback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable

import click
import pytest
from click.testing import Result
from flask import Flask, current_app
from sqlalchemy import text

from app import errors
from app.extensions import db
from commands.guard import broken, diagnoses, guarded
from tests.conftest import ROOT

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

Run = Callable[..., Result]


@pytest.fixture
def run(empty_app: Flask) -> Run:
    """Run a guarded command whose body is the function given."""

    def invoke(body: Callable[[], object], debug: bool = False, **options: object) -> Result:
        command = guarded(click.Command("boom", callback=body))
        env = {"FLASK_DEBUG": "1" if debug else "0"}
        return empty_app.test_cli_runner().invoke(command, args=[], env=env, **options)

    return invoke


def raising(error: BaseException) -> Callable[[], object]:
    """Return a body that raises `error`."""

    def body() -> None:
        raise error

    return body


@pytest.mark.parametrize(
    ("kind", "code", "label"),
    [
        (errors.AppError, 1, "Error"),
        (errors.Failed, 1, "Error"),
        (errors.ConfigError, 1, "Error"),
        (errors.NotFound, 1, "Error"),
        (errors.Conflict, 1, "Error"),
        (errors.Invalid, 3, "Error"),
        (errors.Busy, 4, "Busy"),
        (errors.Refused, 5, "Refused"),
    ],
)
def test_an_app_error_is_its_sentence_hint_and_exit_code(
    run: Run, kind: type[errors.AppError], code: int, label: str
) -> None:
    result = run(raising(kind("It is so.", "Do this.")))
    assert result.exit_code == code
    assert result.stderr == f"{label}: It is so.\nDo this.\n"
    assert result.stdout == ""


def test_an_error_shows_what_a_terminal_would_obey_and_keeps_its_lines(run: Run) -> None:
    result = run(raising(errors.Failed("First:\n  a\x1b[2J\u202eb", "The workbook has: \x9b1m.")))
    assert result.exit_code == 1
    assert result.stderr == "Error: First:\n  a�[2J�b\nThe workbook has: �1m.\n"


def test_every_kind_of_error_has_a_code_of_the_contract(backend: str) -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.AppError)]
    assert len(kinds) >= 8
    assert {kind.exit_code for kind in kinds} == {1, 3, 4, 5, 130}
    assert all(400 <= kind.status < 600 for kind in kinds)


def test_an_error_without_a_hint_is_one_line(run: Run) -> None:
    result = run(raising(errors.Failed("It is so.")))
    assert (result.exit_code, result.stderr) == (1, "Error: It is so.\n")


def test_an_unexpected_error_is_one_sentence_and_how_to_see_more(run: Run) -> None:
    result = run(raising(ZeroDivisionError("division by zero")))
    assert result.exit_code == 1
    assert re.match(r"Error: Unexpected ZeroDivisionError: division by zero\n.*--debug\n$", result.stderr)


def test_debug_gives_the_traceback_and_the_sentence(run: Run) -> None:
    for error in (errors.Busy("Run 17 holds it."), ZeroDivisionError("division by zero")):
        result = run(raising(error), debug=True)
        assert "Traceback (most recent call last):" in result.stderr
        assert "raise error" in result.stderr
        assert re.search(f"^(Busy|Error): .*{error.args[0]}$", result.stderr, re.MULTILINE)


def test_an_error_of_the_database_is_explained(run: Run) -> None:
    def body() -> None:
        db.session.execute(text("SELECT 1 FROM runs"))

    result = run(body)
    assert result.exit_code == 1
    assert "no such table: runs\nMake the tables with: flask initdb\n" in result.stderr


def test_an_interrupt_exits_130(run: Run) -> None:
    result = run(raising(KeyboardInterrupt()))
    assert (result.exit_code, result.stderr) == (130, "Interrupted.\n")


def test_a_no_at_a_prompt_exits_1(run: Run) -> None:
    result = run(lambda: click.confirm("Really?", abort=True), input="n\n")
    assert (result.exit_code, "Aborted!" in result.stderr) == (1, True)


def test_usage_errors_and_exits_stay_clicks_own(run: Run) -> None:
    assert run(raising(click.UsageError("no such thing"))).exit_code == 2
    assert run(raising(click.exceptions.Exit(7))).exit_code == 7


def test_a_command_runs_inside_the_app_context(run: Run, empty_app: Flask) -> None:
    result = run(lambda: click.echo(current_app.name))
    assert (result.exit_code, result.stdout) == (0, "app\n")


def test_a_group_guards_its_subcommands_once(empty_app: Flask) -> None:
    @click.group()
    def group() -> None: ...

    @group.command()
    def inner() -> None:
        raise errors.Busy("Run 17 holds it.")

    guarded(guarded(group))
    result = empty_app.test_cli_runner().invoke(group, args=["inner"])
    assert (result.exit_code, result.stderr) == (4, "Busy: Run 17 holds it.\n")


def test_in_a_broken_set_up_only_diagnoses_run(run: Run, empty_app: Flask) -> None:
    empty_app.config["OPSDESK_PROBLEMS"] = ["SECRET_KEY is not set."]
    ordinary = run(lambda: click.echo("done"))
    assert (ordinary.exit_code, ordinary.stdout) == (1, "")
    assert ordinary.stderr.startswith("Error: Production refuses to start: SECRET_KEY is not set.\n")
    assert run(diagnoses(lambda: click.echo("done"))).exit_code == 0


def test_a_broken_module_says_which_file_whatever_it_is_asked(empty_app: Flask) -> None:
    command = broken("tidy", "commands/tidy.py", ImportError("No module named 'nothing'"))
    result = empty_app.test_cli_runner().invoke(command, args=["sub", "--option", "x"])
    assert result.exit_code == 1
    assert result.stderr == "Error: commands/tidy.py cannot be loaded: ImportError: No module named 'nothing'\n"


def test_nobody_reading_on_is_no_error_message(empty_app: Flask) -> None:
    code = (
        "import click\n"
        "from commands.guard import guarded\n"
        "from commands.group import OpsdeskGroup\n"
        "group = OpsdeskGroup()\n"
        "group.add_command(guarded(click.Command('talk', callback=lambda: [click.echo(i) for i in range(10**6)])))\n"
        "group.main(['talk'])\n"
    )
    env = {**os.environ, "FLASK_APP": str(ROOT / "app")}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as talker:
        assert talker.stdout
        assert talker.stderr
        assert talker.stdout.readline() == "0\n"
        talker.stdout.close()
        assert talker.stderr.read() == ""
        assert talker.wait(60) == 1
