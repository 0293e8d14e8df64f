"""`flask import-excel`: sheets into a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.import_request import request_of
from commands.new_workbook import NewWorkbook
from commands.plan_option import plan_option
from commands.sheet_options import RegularFile, converting_options, reading_options
from commands.wait_option import wait_option

if TYPE_CHECKING:
    from app.services.imports import ImportRequest


def _columns(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Return the names between commas."""
    return tuple(name.strip() for name in (value or "").split(",") if name.strip())


@click.command("import-excel")
@click.argument("files", metavar="FILE...", nargs=-1, type=RegularFile())
@click.argument("table")
@click.option("--sheet", metavar="NAME|N", help="The sheet, by name or by number from 1. Default: the first visible.")
@click.option("--all-sheets", is_flag=True, help="Every visible sheet of each file, all in one transaction.")
@reading_options
@converting_options
@plan_option
@click.option(
    "--save-plan",
    metavar="FILE.toml",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write how the headers go into the columns, and the options, to this file, for --plan.",
)
@click.option(
    "--mode",
    type=click.Choice(["insert", "upsert", "skip", "replace"]),
    default="insert",
    show_default=True,
    help="What to do with rows that TABLE has already, by their key: reject them, update them, leave them; or have the"
    " table hold exactly the sheet afterwards (asks first).",
)
@click.option(
    "--key",
    metavar="COL,...",
    callback=_columns,
    help="The unique key by which rows are known again. Default: the primary key, else the one unique key.",
)
@click.option(
    "--on-error",
    type=click.Choice(["abort", "skip"]),
    default="abort",
    show_default=True,
    help="With rows that cannot be loaded: write nothing, or load the others.",
)
@click.option(
    "--rejects",
    metavar="FILE.xlsx",
    type=NewWorkbook(),
    help="Write the rows that cannot be loaded to this workbook, to be mended there and imported.",
)
@click.option(
    "--each",
    is_flag=True,
    help="One transaction and one run for each file; a file that fails does not stop the others. The exit code is the"
    " worst.",
)
@click.option("--create", is_flag=True, help="Make the table first, inferred from all rows; asks before it does.")
@click.option("--dry-run", is_flag=True, help="Do everything, then roll back.")
@click.option("--again", is_flag=True, help="Import although TABLE has the same sheet from an earlier import.")
@wait_option("Wait this long for another run that holds the table.")
@click.option("--yes", is_flag=True, help="Answer every question with yes.")
@click.option("--json", "json_", is_flag=True, help="Print the result, or the rejects, as JSON.")
@click.pass_context
def command(
    context: click.Context, files: tuple[Path, ...], table: str, json_: bool, yes: bool, **options: Any
) -> None:
    """Import sheets of FILE... into TABLE: all rows or none.

    Reads xlsx, xlsm, xlsb, xls, ods, and CSV and TSV, whatever the file is called. Headers are matched to the table's
    columns by name, then by the columns' COMMENTs, then by --map. The type of each column decides what its cells
    become; a cell that does not fit is rejected with its address, and nothing is written.

    With --on-error skip the good rows are loaded and the others named.

    Exit codes: 0 imported; 1 failed; 2 wrong usage; 3 rows or headers rejected, nothing written; 4 another run holds
    the table; 5 refused; 130 interrupted.
    """
    request = request_of(context, files, table, options)
    if options["each"]:
        raise click.exceptions.Exit(_import_each(request, yes, json_))
    _import(request, yes, json_)


def _import(request: ImportRequest, yes: bool, json_: bool) -> None:
    from app.services.imports import RowsRejected, import_sheets
    from app.services.imports.reports import as_dict, rejections_as_dict
    from commands.import_report import print_outcome
    from commands.import_watcher import TerminalWatcher
    from commands.output import as_json

    with TerminalWatcher(yes) as watcher:
        try:
            outcome = import_sheets(request, watcher)
        except RowsRejected as error:
            if json_:
                click.echo(as_json(rejections_as_dict(error.rejections)))
            raise
    if json_:
        click.echo(as_json(as_dict(outcome)))
    print_outcome(outcome)


def _import_each(request: ImportRequest, yes: bool, json_: bool) -> int:
    """Return the exit code."""
    from commands.import_each import import_each, worst
    from commands.output import as_json

    attempts = import_each(request, yes)
    if json_:
        click.echo(as_json([attempt.as_dict() for attempt in attempts]))
    return worst(attempts)
