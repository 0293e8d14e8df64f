"""`flask runs list`: the newest runs that fit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from commands.output import as_json, clock, moment, print_table, progress, rows_summary, would_change
from commands.runs.since import Since

if TYPE_CHECKING:
    from app.models import Run

# The states of `app.models.run.MOVES`; stated again because importing a model takes longer than all of `flask --help`.
STATES = ("queued", "running", "paused", "lost", "succeeded", "failed", "cancelled")
COLUMNS = ("run", "what", "state", "who", "started", "time", "rows")


@click.command("list")
@click.option("--kind", metavar="KIND", help="Only this kind: import, script, undo, user, token, initdb.")
@click.option("--name", metavar="TEXT", help="Only those with this text in their name: a script, file or table.")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--operator", metavar="TEXT", help="Only those of an operator with this text in it: li, or @ops1.")
@click.option("--since", metavar="WHEN", type=Since(), help="Only those started since: 2h, 3d, 2026-11-01 [14:00].")
@click.option("--dry-run/--no-dry-run", default=None, help="Only dry runs, or only those that were none.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1), help="How many, the newest first.")
@click.option("--json", "json_", is_flag=True, help="Print JSON instead of a table.")
def command(
    kind: str | None,
    name: str | None,
    state: str | None,
    operator: str | None,
    since: datetime | None,
    dry_run: bool | None,
    limit: int,
    json_: bool,
) -> None:
    """List the newest runs.

    With several conditions, those that meet all of them.

    A run whose process died is "lost": what it committed stands; a script can be taken up again: flask runs resume.
    """
    from app.services import runs

    wanted = runs.Filter(kind, name, state, operator, since, dry_run=dry_run)
    found = runs.newest(limit, wanted)
    if json_:
        click.echo(as_json([runs.as_dict(run) for run in found]))
        return
    empty = "No runs yet." if wanted == runs.Filter() else "No run fits. All of them: flask runs list"
    print_table(COLUMNS, [_row(run) for run in found], empty, numeric=frozenset({"run", "time"}))


def _row(run: Run) -> tuple[str, ...]:
    from app.services import runs

    return (
        str(run.id),
        f"{run.kind} {run.name}",
        runs.shown_state(run),
        run.operator,
        moment(run.started_at),
        _time(run),
        _rows(run),
    )


def _time(run: Run) -> str:
    """Return how long a run took, or has been going on; blank if nobody knows."""
    end = datetime.now(UTC) if run.state == "running" else run.finished_at
    return "" if end is None else clock((end - run.started_at).total_seconds())


def _rows(run: Run) -> str:
    """Return what a run touched; of one that has not succeeded how far it came, if that is all there is to say."""
    rows = would_change(run.rows) if run.dry_run else rows_summary(run.rows)
    if run.state == "running" or (run.state != "succeeded" and not rows):
        return progress(run.progress_done, run.progress_total)
    return rows
