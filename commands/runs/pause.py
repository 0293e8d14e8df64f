"""`flask runs pause`: have a script stop for now."""

from __future__ import annotations

import click

from commands.runs.run_id import run_id_argument
from commands.runs.stopping import stop, wait_option


@click.command("pause")
@run_id_argument
@wait_option
def command(run_id: int, wait: float | None) -> None:
    """Have a script stop at its next checkpoint.

    What it has committed stays, and it goes on from there with: flask runs resume ID
    """
    stop(run_id, "pause", wait)
