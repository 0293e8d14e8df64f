"""Write docs/cli.md from the help of every command: `make docs`. With --check only tell whether it is current."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask
from flask.cli import ScriptInfo

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

import commands  # noqa: E402 - found on the path just set
from app import create_app  # noqa: E402
from app.extensions import migrate_of  # noqa: E402
from commands.group import OpsdeskGroup  # noqa: E402

PAGE = DOCS / "cli.md"
WIDTH = 100  # the same on every terminal
FLASKS_OWN = ("db", "routes", "run", "shell")
HEAD = """# Command line

Made by `make docs` from the help of the commands; do not edit it. `python manage.py` and `flask` are the same.

Data goes to stdout, messages go to stderr. Exit codes: 0 done; 1 failed; 2 wrong usage; 3 the data was rejected and
nothing was written; 4 busy, another run holds the lock; 5 refused by a guard; 130 interrupted.
"""


def page() -> str:
    """Return the text of docs/cli.md."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"INSTANCE_PATH": folder, "DATABASE_URL": "", "SECRET_KEY": "x" * 32, "SCRIPTS_PATH": folder})
        migrate_of(app)
        root = click.Context(OpsdeskGroup(), info_name="flask", obj=ScriptInfo(create_app=lambda: app))
        root.terminal_width = root.max_content_width = WIDTH
        return "\n".join([HEAD, *sections(app, root)])


def sections(app: Flask, root: click.Context) -> Iterator[str]:
    """Yield a section for the group, for each of the project's commands and subcommands, and for Flask's own."""
    yield section(root, 2)
    for command in commands.load():
        yield from tree(command, command.name or "", root, 2)
    for name in FLASKS_OWN:
        command = app.cli.commands.get(name) or root.command.commands[name]  # type: ignore[attr-defined]
        yield section(click.Context(command, root, name), 2)


def tree(command: click.Command, name: str, parent: click.Context, level: int) -> Iterator[str]:
    """Yield the section of a command and those of its subcommands."""
    context = click.Context(command, parent, name)
    yield section(context, level)
    if isinstance(command, click.Group):
        for child in sorted(command.commands):  # not what a group finds when it is used: the scripts
            yield from tree(command.commands[child], child, context, level + 1)


def section(context: click.Context, level: int) -> str:
    """Return the heading and the help of one command."""
    return f"{'#' * level} {context.command_path}\n\n```\n{context.get_help()}\n```\n"


def main() -> None:
    """Write the page, or with --check compare it."""
    text = page()
    if sys.argv[1:] != ["--check"]:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        sys.exit("docs/cli.md is not what the commands' help says. Write it anew with: make docs")


if __name__ == "__main__":
    main()
