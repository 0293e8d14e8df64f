"""`flask import-excel`: sheets into a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from commands.new_workbook import NewWorkbook
from commands.sheet_options import RegularFile, converting_options, read_options_of, reading_options, rules_of
from commands.wait_option import wait_option


def _columns(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Return the names between commas."""
    return tuple(name.strip() for name in (value or "").split(",") if name.strip())


@click.command("import-excel")
@click.argument("files", metavar="FILE...", nargs=-1, type=RegularFile())
@click.argument("table")
@click.option("--sheet", metavar="NAME|N", help="The sheet, by name or by number from 1. Default: the first visible.")
@reading_options
@converting_options
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
@click.option("--create", is_flag=True, help="Make the table first, inferred from all rows; asks before it does.")
@click.option("--dry-run", is_flag=True, help="Do everything, then roll back.")
@click.option("--again", is_flag=True, help="Import although TABLE has the same sheet from an earlier import.")
@wait_option("Wait this long for another run that holds the table.")
@click.option("--yes", is_flag=True, help="Answer every question with yes.")
@click.option("--json", "json_", is_flag=True, help="Print the result, or the rejects, as JSON.")
def command(files: tuple[Path, ...], table: str, json_: bool, yes: bool, **options: Any) -> None:
    """Import sheets of FILE... into TABLE: all rows or none.

    Reads xlsx, xlsm, xlsb, xls, ods, and CSV and TSV, whatever the file is called. Headers are matched to the table's
    columns by name, then by the columns' COMMENTs, then by --map. The type of each column decides what its cells
    become; a cell that does not fit is rejected with its address, and nothing is written.

    With --on-error skip the good rows are loaded and the others named.

    Exit codes: 0 imported; 1 failed; 2 wrong usage; 3 rows or headers rejected, nothing written; 4 another run holds
    the table; 5 refused; 130 interrupted.
    """
    from app.services.imports import MODES, ImportRequest, RowsRejected, import_sheets, reading_limits
    from commands.import_report import as_dict, print_outcome, rejections_as_dict
    from commands.import_watcher import TerminalWatcher
    from commands.output import as_json

    if not files:
        raise click.UsageError("Name the files, then the table: flask import-excel june.xlsx orders")
    request = ImportRequest(
        files=files,
        table=table,
        limits=reading_limits(),
        sheet=options["sheet"],
        header_row=options["header_row"],
        mapping=options["mapping"],
        rules=rules_of(options),
        limit=options["limit"],
        create=options["create"],
        dry_run=options["dry_run"],
        skip_hidden=options["skip_hidden"],
        max_errors=options["max_errors"],
        mode=MODES[options["mode"]],
        key=options["key"],
        skips=options["on_error"] == "skip",
        rejects=options["rejects"],
        again=options["again"],
        wait_s=options["wait_s"],
        options=read_options_of(options),
    )
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
