"""What came of a script, for people on stderr or as JSON on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.words import counted
from commands.output import as_json, rows_summary, say
from commands.row_changes import row_change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.runner.diff import TableDiff
    from app.services.scripts.request import ScriptOutcome

MOST_CALLS = 5


def report(outcome: ScriptOutcome, json_: bool) -> None:
    """Print the outcome of a run that succeeded."""
    from app.services.scripts.report import as_dict

    if json_:
        click.echo(as_json(as_dict(outcome)))
        return
    (_report_dry_run if outcome.dry_run else _report_run)(outcome)
    _report_rest(outcome)


def _report_run(outcome: ScriptOutcome) -> None:
    changed = rows_summary(outcome.rows) or "no row changed"
    items = f", {counted(outcome.items, 'item')}" if outcome.items else ""
    say(f"Done in {outcome.seconds:.1f} s: {changed}{items}.")


def _report_dry_run(outcome: ScriptOutcome) -> None:
    diff = [table for table in outcome.result.diff if table.total]
    changed = sum(table.total for table in diff)
    items = f" of {counted(outcome.items, 'item')}" if outcome.items else ""
    say(f"Would change {counted(changed, 'row')}{items}{':' if diff else '.'}")
    for table in diff:
        for line in _lines_of(table):
            say(f"  {line}")
    say(f"Nothing was written. Do it with: {_again(outcome)} --apply {outcome.run_id}")


def _again(outcome: ScriptOutcome) -> str:
    return f"flask script run {outcome.name}{' --force' if outcome.retired else ''}"


def _lines_of(table: TableDiff) -> Iterator[str]:
    """Yield what would change in a table, and a few rows of it."""
    counts = {"inserted": table.inserted, "updated": table.updated, "deleted": table.deleted}
    yield f"{table.table}  {rows_summary({table.table: counts})}"
    for change in table.samples:
        yield f"  {row_change(change)}"


def _report_rest(outcome: ScriptOutcome) -> None:
    """Print what is the same for a dry run and a real one: calls outside, failed items, artifacts, the run's number."""
    result = outcome.result
    if result.calls:
        called = "Would call" if outcome.dry_run else "Called"
        say(f"{called} {counted(len(result.calls), 'time')} outside the database:")
        for call in result.calls[:MOST_CALLS]:
            say(f"  {call}")
        if len(result.calls) > MOST_CALLS:
            say(f"  and {len(result.calls) - MOST_CALLS:,} more")
    if result.failed and outcome.dry_run:
        say(f"{counted(result.failed, 'item')} would fail and stay as they were; see flask runs log {outcome.run_id}.")
    elif result.failed:
        say(f"{counted(result.failed, 'item')} failed and stayed as they were. When that is mended, take them up with:")
        say(f"  {_again(outcome)} --retry-failed {outcome.run_id}")
    for artifact in result.artifacts:
        path = artifact["name"] if outcome.dry_run else outcome.folder / artifact["name"]
        say(f"{'Would leave' if outcome.dry_run else 'Left'} {path} ({counted(artifact['size'], 'byte')}).")
    say(f"Run {outcome.run_id} · see it with: flask runs show {outcome.run_id}")
