"""`flask runs log`: what a run printed and logged."""

from __future__ import annotations

import click

from app.words import plain
from commands.output import say
from commands.runs.run_id import run_id_argument


@click.command("log")
@run_id_argument
@click.option("--follow", "-f", is_flag=True, help="Go on until the run has ended. Ctrl-C leaves it alone.")
def command(run_id: int, follow: bool) -> None:
    """Print what the run ID printed and logged.

    The log is on the machine where the run was, and with STORE_URL in the store that all machines share; what only the
    terminal of its operator showed is not in it.
    """
    from app.services import runs

    run = runs.get(run_id)
    lines = runs.followed_lines(run) if follow else runs.log_lines(run)
    shown = 0
    for shown, line in enumerate(lines, start=1):  # noqa: B007 - counted
        click.echo(plain(line))
    if not shown:
        place = runs.log_place(run)
        say(f"Run {run_id} " + (f"has no log here; it ran on {place}: look there." if place else "left no log."))
