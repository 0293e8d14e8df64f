"""What `flask runs cancel` and `flask runs pause` share."""

from __future__ import annotations

import click

from commands.output import say

wait_option = click.option(
    "--wait", metavar="SECONDS", type=click.FloatRange(min=0), help="Wait so long until it has stopped."
)


def stop(run_id: int, what: str, wait: float | None) -> None:
    """Ask the run to `pause` or to `cancel`, and say what came of it."""
    from app.services.runs import stopping

    done = stopping.ask(run_id, what)
    if done.asked and wait is not None:
        say(f"Run {run_id} is asked to {what}; waiting for its next checkpoint.")
        done = stopping.wait(run_id, wait)
    if done.asked:
        say(
            f"Run {run_id} is asked to {what}; it does so at its next checkpoint. Follow it: flask runs log {run_id} -f"
        )
    else:
        say(f"Run {run_id} is {done.state}.")
