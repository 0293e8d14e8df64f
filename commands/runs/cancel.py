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

    A script that goes on ends at its next checkpoint. An import or an undo that goes on is one transaction: it is
    broken off, and all of it rolled back. A run that is queued, paused, lost or failed is cancelled at once, and cannot
    be taken up again.
    """
    stop(run_id, "cancel", wait)
