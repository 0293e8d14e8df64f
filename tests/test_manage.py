"""`python manage.py CMD` is `flask CMD`, from any folder, and never a traceback on the operator's screen."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
from click.testing import CliRunner, Result

import commands
from commands.group import OpsdeskGroup
from tests.conftest import FlaskProcess
from tests.project_copy import ROOT, add_command, copy_project, run_manage

HEAVY = ("sqlalchemy", "alembic", "rich", "openpyxl", "pymysql", "flask_migrate")

PROMPTING = """
import click

@click.command("ask")
def command():
    "Ask something."
    click.prompt("What")
"""
SLOW_TO_LOAD = """
import os, signal, click
os.kill(os.getpid(), signal.SIGINT)
command = click.Command("slow")
"""
FAILING = """
import click

@click.command("divide")
def command():
    "Divide by zero."
    1 / 0
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the `manage.py` of a copy of the project with some commands more, one of them broken."""
    manage = copy_project(tmp_path_factory.mktemp("project"))
    add_command(manage, "ask", PROMPTING)
    add_command(manage, "divide", FAILING)
    add_command(manage, "crooked", "import a_package_that_is_not_there\n")
    return manage


def test_it_runs_from_another_folder(flask_process: FlaskProcess, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("raise RuntimeError('another project')")
    done = flask_process("routes", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_help_lists_every_command(flask_process: FlaskProcess) -> None:
    done = flask_process("--help")
    assert (done.returncode, done.stderr) == (0, "")
    listed = re.findall(r"^  ([a-z-]+)", done.stdout.partition("Commands:")[2], re.MULTILINE)
    assert set(listed) >= {*commands.names(), "db", "routes", "run", "shell"}
    assert listed == sorted(listed)
    assert "(broken)" not in done.stdout


def test_runserver_is_run(flask_process: FlaskProcess) -> None:
    run, runserver = flask_process("run", "--help"), flask_process("runserver", "--help")
    assert (run.returncode, runserver.returncode) == (0, 0)
    assert runserver.stdout.replace("manage.py runserver", "manage.py run") == run.stdout
    assert "--port" in run.stdout


def test_the_migration_commands_are_there(flask_process: FlaskProcess) -> None:
    done = flask_process("db", "--help")
    assert done.returncode == 0
    assert "upgrade" in done.stdout


def test_an_unknown_command_exits_2(flask_process: FlaskProcess) -> None:
    done = flask_process("no-such-command")
    assert done.returncode == 2
    assert "No such command 'no-such-command'" in done.stderr


def test_a_broken_module_leaves_the_others_and_says_which_file(copied: Path) -> None:
    said = "commands/crooked.py cannot be loaded: ModuleNotFoundError: No module named 'a_package_that_is_not_there'"
    called, other = run_manage(copied, "crooked", "x", "--y"), run_manage(copied, "runs", "list", "--help")
    shown = run_manage(copied, "--help", COLUMNS="300")
    assert (called.returncode, called.stderr) == (1, f"Error: {said}\n")
    assert (other.returncode, other.stderr) == (0, "")
    assert shown.returncode == 0
    assert "runs " in shown.stdout
    assert re.search(r"crooked +\(broken\) commands/crooked\.py", shown.stdout)


def test_an_unexpected_error_is_a_traceback_only_under_debug(copied: Path) -> None:
    plain, debug = run_manage(copied, "divide"), run_manage(copied, "--debug", "divide")
    assert (plain.returncode, debug.returncode) == (1, 1)
    assert plain.stderr.startswith("Error: Unexpected ZeroDivisionError: division by zero\n")
    assert "Traceback" not in plain.stderr
    assert "Traceback (most recent call last):" in debug.stderr


def test_ctrl_c_at_a_prompt_exits_130(copied: Path) -> None:
    child = pexpect.spawn(sys.executable, [str(copied), "ask"], env=os.environ, timeout=60, encoding="utf-8")
    child.expect("What: ")
    # Python prints the prompt before it reads, and a signal between the two waits for a key: so wait until it reads.
    while (Path("/proc") / str(child.pid) / "stat").read_text().rpartition(") ")[2][0] != "S":
        time.sleep(0.01)
    child.sendintr()
    child.expect(pexpect.EOF)
    child.wait()  # close() waits a moment only
    child.close()
    assert "Interrupted." in child.before
    assert child.exitstatus == 130


def test_ctrl_c_while_starting_exits_130(tmp_path: Path) -> None:
    manage = copy_project(tmp_path)
    add_command(manage, "slow", SLOW_TO_LOAD)
    for args in (["slow"], ["runs", "list"], ["--help"]):  # when looked up, in create_app(), when listed
        done = run_manage(manage, *args)
        assert (done.returncode, done.stdout, done.stderr) == (130, "", "Interrupted.\n"), args


def test_ctrl_c_before_the_command_line_is_there_exits_130(tmp_path: Path) -> None:
    manage = copy_project(tmp_path)
    (tmp_path / "commands" / "group.py").write_text(SLOW_TO_LOAD)
    done = run_manage(manage, "--help")
    assert (done.returncode, done.stderr) == (130, "Interrupted.\n")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"FLASK_CONFIG": "staging"}, 'FLASK_CONFIG is "staging".'),
        ({"DATABASE_URL": "shop"}, "DATABASE_URL is not a database URL."),
        ({"DATABASE_URL": "mysql+mysqldb://u@h/shop"}, "DATABASE_URL (mysql+mysqldb) needs the Python module MySQLdb"),
        ({"DATABASE_URL": "mysql://u@127.0.0.1:1/shop"}, "Nothing answers at shop@127.0.0.1"),
        ({"DATABASE_URL": "sqlite:////proc/none/shop.db"}, "/proc/none: No such file or directory"),
    ],
)
def test_a_set_up_that_does_not_work_is_one_sentence(
    settings: dict[str, str], sentence: str, flask_process: FlaskProcess
) -> None:
    done = flask_process("runs", "list", env={**os.environ, **settings})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {sentence}")
    assert len(done.stderr.splitlines()) <= 2
    assert "bug" not in done.stderr


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the whole command line in this process: quicker than one of its own."""
    monkeypatch.setenv("FLASK_APP", str(ROOT / "app"))
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")  # Flask sets it; undone with the test
    return lambda *args, **environ: CliRunner().invoke(OpsdeskGroup(), args, env=environ)


@pytest.mark.parametrize("command", [["db", "current"], ["routes"], ["run"], ["no-such-command"]])
def test_flasks_own_commands_say_it_as_well(command: list[str], command_line: Callable[..., Result]) -> None:
    result = command_line(*command, DATABASE_URL="shop")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: DATABASE_URL is not a database URL.\n")
    assert len(result.stderr.splitlines()) == 2


def test_a_server_that_is_away_is_one_sentence_for_migrations_too(command_line: Callable[..., Result]) -> None:
    result = command_line("db", "upgrade", DATABASE_URL="mysql://u@127.0.0.1:1/shop")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Nothing answers at shop@127.0.0.1")
    assert len(result.stderr.splitlines()) == 2


def installed_flask() -> list[str]:
    """Return how `flask` is called: the command of the same name beside this Python, else manage.py."""
    command = Path(sys.executable).with_name("flask")
    return [str(command)] if command.exists() else [sys.executable, str(ROOT / "manage.py")]


def seconds_of(command: list[str], folder: Path) -> float:
    """Return the processor time of a command: the time on the clock too, unless others keep the machine busy."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    assert "runs" in done.stdout
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_takes_under_half_a_second(tmp_path: Path) -> None:
    times = [seconds_of([*installed_flask(), "--help"], tmp_path) for _ in range(6)]
    assert min(times) < 0.5, f"seconds: {times}"


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", str(ROOT / "manage.py"), "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "click" in imported
    assert not imported & set(HEAVY)


def test_a_python_without_the_project_is_told_which_one_to_use() -> None:
    # -S leaves the environment's packages out, as another Python would
    done = subprocess.run([sys.executable, "-S", str(ROOT / "manage.py"), "runs"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "flask" in done.stderr
    assert ". .venv/bin/activate" in done.stderr
    assert "Traceback" not in done.stderr
