"""`flask script list`: which scripts there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from commands.output import as_json, moment, print_table, say

if TYPE_CHECKING:
    from app.models import Run
    from app.services.scripts.catalog import Entry

COLUMNS = ("script", "where", "owner", "last run", "when", "age", "about")
# What stands before a script's summary, by the keyword that says so.
MARKS = {"run_once": "once only", "read_only": "reads only"}


@click.command("list")
@click.option("--stale", is_flag=True, help="Only temporary scripts that are older than 90 days.")
@click.option("--json", "json_", is_flag=True, help="Print JSON; its times are in UTC.")
def command(stale: bool, json_: bool) -> None:
    """List the scripts and their last runs.

    Where each lives, who owns it, how its last run ended, and how many days old a temporary one is. The scripts are
    read, not run: one that is broken is listed with what is wrong with it.
    """
    from app.services.scripts import catalog

    entries = catalog.entries(stale)
    history = catalog.history(entry.outline.id for entry in entries)
    if history.unknown:
        say(f"The last runs are unknown. {history.unknown}")
    runs = {entry.file.path: history.runs.get(entry.outline.id, []) for entry in entries}
    if json_:
        click.echo(as_json([catalog.as_dict(entry, runs[entry.file.path]) for entry in entries]))
        return
    unknown = "?" if history.unknown else ""
    rows = [_row(entry, runs[entry.file.path], unknown) for entry in entries]
    empty = "No script is stale." if stale else "No scripts yet. Write one with: flask script new NAME"
    print_table(COLUMNS, rows, empty, numeric=frozenset({"age"}))


def _row(entry: Entry, runs: list[Run], unknown: str) -> tuple[str, ...]:
    from app.services.runs import shown_state

    return (
        entry.file.name,
        entry.file.folder,
        entry.outline.owner,
        shown_state(runs[0]) if runs else unknown,
        moment(runs[0].started_at) if runs else "",
        "" if entry.age is None else f"{entry.age} d",
        _about(entry),
    )


def _about(entry: Entry) -> str:
    if entry.problem:
        return f"(broken) {entry.problem}"
    marks = [text for keyword, text in MARKS.items() if entry.outline.keywords.get(keyword)]
    return " · ".join([*marks, entry.outline.summary])
