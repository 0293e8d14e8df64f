"""What `flask runs cancel` and `flask runs pause` share."""

from __future__ import annotations

import click

from commands.output import say

# What comes next, by the kind of run.
HOW = {"script": "it does so at its next checkpoint. Follow it with: flask runs log {} -f"}
ROLLED_BACK = "it is broken off within seconds, and all of it rolled back."

wait_option = click.option(
    "--wait", metavar="SECONDS", type=click.FloatRange(min=0), help="Wait so long until it has stopped."
)


def stop(run_id: int, what: str, wait: float | None) -> None:
    """Ask the run to `pause` or to `cancel`, and say what came of it."""
    from app.services.runs import stopping

    done = stopping.ask(run_id, what)
    if done.asked and wait is not None:
        say(f"Run {run_id} is asked to {what}; waiting for it.")
        done = stopping.wait(run_id, wait)
    if done.asked:
        say(f"Run {run_id} is asked to {what}; {HOW.get(done.kind, ROLLED_BACK).format(run_id)}")
    else:
        say(f"Run {run_id} is {done.state}.")
