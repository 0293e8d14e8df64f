"""`flask runs resume`: go on with a script's run."""

from __future__ import annotations

import click

from commands.runs.run_id import run_id_argument


@click.command("resume")
@run_id_argument
@click.option("--new-code", is_flag=True, help="Go on although the script's file has changed since.")
@click.option("--wait", "wait_s", type=click.FloatRange(0), default=0, metavar="SECONDS", help="Wait for its lock.")
@click.option("--max-rows", type=click.IntRange(1), metavar="N", help="Another limit than it began with.")
@click.option("--json", "json_", is_flag=True, help="Print the result as JSON.")
def command(run_id: int, new_code: bool, wait_s: float, max_rows: int | None, json_: bool) -> None:
    """Go on with run ID of a script, which was paused, lost or failed.

    It goes on after the last batch that was committed, with the same arguments: each item is done exactly once.
    """
    from app.services.scripts.resuming import resume
    from commands.script.report import report
    from commands.script.watcher import TerminalObserver

    with TerminalObserver() as observer:
        outcome = resume(run_id, observer, new_code, wait_s, max_rows)
    report(outcome, json_)
