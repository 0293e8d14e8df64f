"""The documentation says what the commands say."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

import commands
from tests.project_copy import ROOT

PAGE = ROOT / "docs" / "cli.md"


def every(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield a command and its subcommands, each with its words."""
    yield path, command
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from every(child, f"{path} {name}")


ALL = dict(pair for command in commands.load() for pair in every(command, f"flask {command.name}"))


@pytest.mark.parametrize("path", ["flask", *ALL, "flask db", "flask routes", "flask run", "flask shell"])
def test_every_command_is_documented(path: str) -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert f"## {path}" in lines or f"### {path}" in lines, "write docs/cli.md anew with: make docs"
    assert any(line.startswith(f"Usage: {path} ") for line in lines)


def test_no_command_is_broken() -> None:
    assert "(broken)" not in PAGE.read_text(encoding="utf-8")


def test_the_page_is_what_the_help_says_on_any_terminal() -> None:
    command = [sys.executable, str(ROOT / "docs" / "make_cli.py"), "--check"]
    env = {**os.environ, "COLUMNS": "40"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", ALL)
def test_every_command_and_every_option_says_what_it_does(path: str) -> None:
    options = [parameter for parameter in ALL[path].params if isinstance(parameter, click.Option)]
    assert ALL[path].help
    assert all(option.help for option in options)
