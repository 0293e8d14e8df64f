"""`flask runs sweep`: put the queue right."""

from __future__ import annotations

from dataclasses import asdict

import click

from app.words import counted
from commands.output import as_json


@click.command("sweep")
@click.option("--json", "json_", is_flag=True, help="Print JSON instead of sentences.")
def command(json_: bool) -> None:
    """Put the queue right, and have the runs that may go taken up.

    Runs whose process died are lost; those that were queued wait again, unless processes have died over them again and
    again. Then workers are woken, or processes started where there is no Redis. Every worker does the same every five
    seconds; without workers, cron can.
    """
    from app.services.queue.sweeping import sweep
    from app.services.queue.waking import wake_all

    swept = sweep()
    woken = wake_all()
    if json_:
        click.echo(as_json({**asdict(swept), "woken": woken}))
        return
    for ids, what in ((swept.settled, "died"), (swept.freed, "was not begun"), (swept.queued, "waits again")):
        for run_id in ids:
            click.echo(f"Run {run_id} {what}.")
    click.echo(f"{counted(swept.waiting, 'run')} waiting, {counted(swept.going_on, 'run')} going on. {_woken(woken)}")


def _woken(woken: bool | None) -> str:
    if woken is None:
        return "None may go now."
    return "Those that may go are being taken up." if woken else "Nobody could be woken: Redis does not answer."
