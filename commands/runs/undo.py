"""`flask runs undo`: take an import back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from app.words import counted
from commands.output import as_json, say
from commands.password_stdin import file_password, password_stdin_option
from commands.runs.run_id import run_id_argument
from commands.wait_option import wait_option

if TYPE_CHECKING:
    from app.services.imports.undoable import Undoable
    from app.services.imports.undoing import Undone


@click.command("undo")
@run_id_argument
@click.option("--yes", is_flag=True, help="Undo without asking.")
@wait_option("Wait this long for another run that holds the table.")
@password_stdin_option
@click.option(
    "--keep-changed", is_flag=True, help="Leave rows as they are that were changed since; take back the others."
)
@click.option("--json", "json_", is_flag=True, help="Print the result as JSON.")
def command(run_id: int, yes: bool, wait_s: float, password_stdin: bool, keep_changed: bool, json_: bool) -> None:
    """Take the import ID back: delete the rows that it inserted, and bring back those that it updated or deleted.

    The kept workbook is read again, and every row that it wrote must be in the table with the values that were
    imported. Where rows are missing, were changed since, or have others pointing to them, nothing is undone, unless
    --keep-changed leaves those as they are. All or nothing, in one transaction. A table that --create made stays,
    empty.

    Runs of scripts keep counts, not the values that were there before, and cannot be undone.

    Exit codes: 0 undone; 1 failed; 2 wrong usage; 4 another run holds the table; 5 refused; 130 interrupted.
    """
    from flask import current_app

    from app.services import database
    from app.services.imports.undoable import undoable
    from app.services.imports.undoing import undo
    from commands.confirmation import confirm

    password = file_password(password_stdin)
    what = undoable(run_id)
    if not yes:
        loss = f"This {_plan(what)}: run {run_id}, {what.name}."
        confirm(loss, "Nothing was undone.", database.name() if current_app.config["PRODUCTION"] else "")
    done = undo(what, password, wait_s, keep_changed)
    if json_:
        click.echo(as_json({**asdict(done), "seconds": round(done.seconds, 3)}))
    _print(done)


def _plan(what: Undoable) -> str:
    """Return what would be done: `deletes 3 rows from orders, restores 1 row in orders`."""
    acts = [("deletes", what.inserted, "from"), ("restores", what.updated, "in"), ("inserts", what.deleted, "into")]
    return ", ".join(f"{act} {counted(rows, 'row')} {where} {what.table.name}" for act, rows, where in acts if rows)


def _print(done: Undone) -> None:
    acts = {"deleted from": done.deleted, "restored in": done.restored, "inserted again into": done.inserted}
    what = ", ".join(f"{counted(rows, 'row')} {act} {done.table}" for act, rows in acts.items() if rows)
    stay = f"; {counted(done.left, 'row')} stay{'s' * (done.left == 1)}" if done.left else ""
    say(f"Run {done.undoes} is undone: {what or 'no row was as it had left it'} in {done.seconds:.1f} s{stay}.")
    if done.kept:
        say(f"{counted(done.kept, 'row')} of it, changed or gone since, {'is' if done.kept == 1 else 'are'} as before.")
    if done.created:
        empty = "" if done.left else ", empty"
        say(f"The table {done.table}, which run {done.undoes} made, stays{empty}: drop it yourself if nobody needs it.")
    say(f"Run {done.run_id} · see it with: flask runs show {done.run_id}")
