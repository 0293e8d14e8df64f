"""What is said of a script that was moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from commands.output import say
from commands.script.paths import typed

if TYPE_CHECKING:
    from app.runner.files.rename import Renamed


def tell(renamed: Renamed, next_command: str) -> None:
    """Print where the script and its test are now, what keeps their history, and what to type next."""
    click.echo(typed(renamed.script.path))
    if renamed.test is None:
        say("It has no test.")
    else:
        click.echo(typed(renamed.test))
    if renamed.id:
        say(f'Its history goes on: id="{renamed.id}" was written into @script(...).')
    say(f"Run it with: {next_command}")
