"""The secret key: made once where that is allowed, demanded in production."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app import create_app
from app.config import Testing
from app.errors import ConfigError
from tests.conftest import ROOT, FlaskProcess

A_KEY = "0123456789abcdef0123456789abcdef"
PRINT_KEY = """
import sys
import app.engine, app.extensions, app.secret_key, commands.group
print("up", flush=True)
sys.stdin.readline()
print(app.create_app("development").secret_key)
"""


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Name the file that keeps the key of this test."""
    return tmp_path / "instance" / "secret_key"


def test_a_key_is_made_once_and_is_the_owners_alone(kept: Path) -> None:
    key = create_app("development").secret_key
    assert isinstance(key, str)
    assert len(key) == 64
    assert kept.read_text() == key
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert create_app("development").secret_key == key


def test_a_key_of_the_environment_is_not_kept(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", A_KEY)
    assert create_app("development").secret_key == A_KEY
    assert not kept.exists()


def test_a_file_left_empty_by_a_crash_gets_a_key(kept: Path) -> None:
    kept.parent.mkdir()
    kept.touch(0o600)
    key = create_app("development").secret_key
    assert key == kept.read_text()
    assert key


def test_processes_that_start_at_once_share_one_key(kept: Path) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    racers = [subprocess.Popen([sys.executable, "-c", PRINT_KEY], cwd=ROOT, text=True, **pipes) for _ in range(3)]
    assert [racer.stdout.readline() for racer in racers if racer.stdout] == ["up\n"] * 3
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("go\n")
        racer.stdin.flush()
    keys = {racer.communicate(timeout=60)[0].strip() for racer in racers}
    assert [racer.returncode for racer in racers] == [0] * 3
    assert keys == {kept.read_text()}


@pytest.mark.parametrize("key", ["", "changeme", Testing.SECRET_KEY, "short"])
def test_a_server_refuses_to_start_in_production(key: str, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", key)
    with pytest.raises(ConfigError, match="Production refuses to start: SECRET_KEY"):
        create_app("production")  # as gunicorn calls it: outside the command line
    assert not kept.exists()


def test_a_server_of_another_click_program_refuses_as_well() -> None:
    code = (
        "import click\n"
        "@click.command()\n"
        "def serve():\n"
        "    from app import create_app\n"
        "    create_app('production')\n"
        "serve()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "Production refuses to start" in done.stderr


def test_a_server_starts_in_production_with_a_real_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", A_KEY)
    assert create_app("production").secret_key == A_KEY


@pytest.mark.parametrize("command", [("runserver",), ("runs", "list"), ("db", "upgrade")])
def test_a_command_refuses_with_one_sentence(command: tuple[str, ...], flask_process: FlaskProcess) -> None:
    done = flask_process(*command, timeout=60, env={**os.environ, "FLASK_CONFIG": "production"})
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: Production refuses to start: SECRET_KEY is not set. ")
    assert len(done.stderr.splitlines()) <= 2
