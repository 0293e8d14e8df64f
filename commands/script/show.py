"""`flask script show`: one script, whole."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from app.words import plain, plain_lines
from commands.output import as_json, moment, rows_summary, say, would_change

if TYPE_CHECKING:
    from app.models import Run
    from app.runner.script import Script

RUNS = 5
WIDTH = 12
LINES = ("path", "owner", "id", "sha256", "timeout", "age_days", "run_once", "read_only", "retired", "stale", "problem")


@click.command("show")
@click.argument("name")
@click.option("--json", "json_", is_flag=True, help="Print JSON; its times are in UTC.")
def command(name: str, json_: bool) -> None:
    """Show one script, whole.

    Its help and options, where it is, who owns it, its id and hash, and its last five runs. NAME is a script's name,
    its folder and name (recycle/export_order), or the path of its file.
    """
    from app.services.scripts import catalog

    entry = catalog.get(name)
    history = catalog.history([entry.outline.id], RUNS)
    runs = history.runs.get(entry.outline.id, [])
    with redirect_stdout(sys.stderr):  # what it prints while it is loaded is none of our data
        script, problem = catalog.loaded(entry)
    shown = {**catalog.as_dict(entry, runs), **catalog.details(entry, script), "problem": problem or None}
    if history.unknown:
        say(f"The last runs are unknown. {history.unknown}")
    if json_:
        click.echo(as_json({**shown, "parameters": _parameters(script), "runs": [*map(catalog.run_as_dict, runs)]}))
        return
    for key in LINES:
        if shown[key] not in (None, False):
            click.echo(f"{key.replace('_', ' '):<{WIDTH}}{plain(_shown(shown[key]))}")
    for number, run in enumerate(runs):
        click.echo(f"{'' if number else 'last runs':<{WIDTH}}{plain(_run(run))}")
    click.echo(f"\n{plain_lines(_help(script, entry.file.name) if script else entry.outline.doc)}")


def _shown(value: Any) -> str:
    return "yes" if value is True else str(value)


def _run(run: Run) -> str:
    from app.services.runs import shown_state

    did = (would_change if run.dry_run else rows_summary)(run.rows)
    return f"{run.id:>5}  {shown_state(run):<10} {run.operator}  {moment(run.started_at)}  {did}".rstrip()


def _help(script: Script, name: str) -> str:
    return script.get_help(click.Context(script, info_name=f"flask script run {name}"))


def _parameters(script: Script | None) -> list[dict[str, Any]] | None:
    from app.runner.parameters import fields

    return None if script is None else [asdict(field) for field in fields(script)]
