"""`flask runs resume`: go on with a script's run."""

from __future__ import annotations

import click

from commands.runs.run_id import run_id_argument
from commands.wait_option import wait_option


@click.command("resume")
@run_id_argument
@click.option("--new-code", is_flag=True, help="Go on although the script's file has changed since.")
@wait_option("Wait for its lock.")
@click.option("--max-rows", type=click.IntRange(1), metavar="N", help="Another limit than it began with.")
@click.option("--reason", metavar="TEXT", help="Why; production asks for it where the record does not say.")
@click.option("--force", is_flag=True, help="Go on although the script is retired.")
@click.option("--yes", is_flag=True, help="Agree to changing production.")
@click.option("--json", "json_", is_flag=True, help="Print the result as JSON.")
def command(
    run_id: int,
    new_code: bool,
    wait_s: float,
    max_rows: int | None,
    reason: str | None,
    force: bool,
    yes: bool,
    json_: bool,
) -> None:
    """Go on with run ID of a script, which was paused, lost or failed.

    It goes on after the last batch that was committed, with the same arguments: each item is done exactly once. In
    production it asks again whether it may, and why, unless the record says that.

    Exit codes: 0 done; 1 failed, or nothing to go on with; 2 wrong usage; 4 it goes on already; 5 refused; 130 stopped.
    """
    from app.services.scripts.request import Consent
    from app.services.scripts.resuming import prepared, resume
    from commands.script import consent
    from commands.script.own_output import prints_aside
    from commands.script.report import report
    from commands.script.watcher import TerminalObserver

    with prints_aside(json_):
        run, loaded = prepared(run_id, force)
        agreed = consent.asked(loaded.script, Consent(force, reason or run.reason, yes))
        outcome = resume(run_id, TerminalObserver(loaded.file.retired), new_code, wait_s, max_rows, agreed, loaded)
    report(outcome, json_)
