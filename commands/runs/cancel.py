"""`flask runs cancel`: end a run for good."""

from __future__ import annotations

import click

from commands.runs.run_id import run_id_argument
from commands.runs.stopping import stop, wait_option


@click.command("cancel")
@run_id_argument
@wait_option
def command(run_id: int, wait: float | None) -> None:
    """End the run ID for good.

    What it has committed stays.

    A script that goes on ends at its next checkpoint. A run that is queued, paused, lost or failed is cancelled at
    once, and cannot be taken up again. An import is one transaction: press Ctrl-C where it runs.
    """
    stop(run_id, "cancel", wait)
