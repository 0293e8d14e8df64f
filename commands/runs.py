"""`flask runs`: the ledger of what changed data."""

from __future__ import annotations

import json
from typing import Any

import click

from app.words import plain, plain_lines
from commands.output import as_json, moment, print_table, rows_summary

LARGEST_ID = 2**31 - 1  # MySQL's INT


@click.group("runs")
def command() -> None:
    """List and show the recorded runs: who changed what, when, with which code."""


@command.command("list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1), help="How many, the newest first.")
@click.option("--json", "json_", is_flag=True, help="Print JSON instead of a table.")
def list_(limit: int, json_: bool) -> None:
    """List the newest runs."""
    from app.services import runs

    found = runs.newest(limit)
    if json_:
        click.echo(as_json([runs.as_dict(run) for run in found]))
        return
    print_table(
        ("run", "what", "state", "who", "started", "time", "rows"),
        [
            (
                str(run.id),
                f"{run.kind} {run.name}",
                run.state,
                run.operator,
                moment(run.started_at),
                "" if run.finished_at is None else f"{(run.finished_at - run.started_at).total_seconds():.1f} s",
                rows_summary(run.rows),
            )
            for run in found
        ],
        empty="No runs yet.",
    )


@command.command()
@click.argument("run_id", metavar="ID", type=click.IntRange(1, LARGEST_ID))
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def show(run_id: int, json_: bool) -> None:
    """Show one run, whole."""
    from app.services import runs

    run = runs.as_dict(runs.get(run_id))
    if json_:
        click.echo(as_json(run))
        return
    for name, value in run.items():
        clean = plain_lines if name == "error" else plain  # an error has lines of our own
        click.echo(f"{name:<14} {clean(_shown(value))}")


def _shown(value: Any) -> str:
    if value in (None, ""):
        return "-"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
