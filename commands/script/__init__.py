"""`flask script`: the offline scripts. One subcommand per file."""

from __future__ import annotations

import click

from commands.script import lint, list, new, promote, retire, run, show


@click.group("script")
def command() -> None:
    """Run the offline scripts; write, list and keep them."""


# Every subcommand, called as its file; each module names its own `command`.
for module in (list, show, run, new, promote, retire, lint):
    command.add_command(module.command, module.__name__.rpartition(".")[2])
