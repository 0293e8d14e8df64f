"""`flask runs`: the ledger of what changed data. One subcommand per file."""

from __future__ import annotations

import click

from commands.runs import cancel, list, log, pause, resume, show, sweep, undo, verify, work


@click.group("runs")
def command() -> None:
    """See, follow and stop the recorded runs: who changed what, when, with which code."""


# Every subcommand; each module names its own `command`.
for module in (list, show, log, pause, resume, cancel, undo, verify, work, sweep):
    command.add_command(module.command)
