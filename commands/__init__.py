"""The command line: one Click command or group per file, each a thin skin over a service."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask

# Every command of the project, by its module in this folder; each module names its command `command`.
MODULES = (
    "backup",
    "create_user",
    "doctor",
    "export_excel",
    "import_excel",
    "initdb",
    "inspect_excel",
    "restore",
    "runs",
    "script",
    "tables",
    "template",
    "tokens",
    "users",
)


def names() -> list[str]:
    """Return the names of all commands, as they are typed."""
    return [module.replace("_", "-") for module in MODULES]


def get(name: str) -> click.Command | None:
    """Return the command called `name`, or None if it is not ours.

    A module that fails to import gives a command that says so, and leaves the others alone.
    """
    from commands.guard import broken, guarded

    module = name.replace("-", "_")
    if name not in names():
        return None
    try:
        return guarded(import_module(f"commands.{module}").command)
    except Exception as error:  # noqa: BLE001 - whatever is wrong in one module must not take the others away
        return broken(name, f"commands/{module}.py", error)


def load() -> Iterator[click.Command]:
    """Yield every command."""
    for name in names():
        command = get(name)
        if command is not None:
            yield command


def register(app: Flask) -> None:
    """Add every command to the application's command line."""
    for command in load():
        app.cli.add_command(command)
