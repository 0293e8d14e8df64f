"""`flask import-excel`: sheets into a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from commands.sheet_options import RegularFile, converting_options, read_options_of, reading_options, rules_of
from commands.wait_option import wait_option


@click.command("import-excel")
@click.argument("files", metavar="FILE...", nargs=-1, type=RegularFile())
@click.argument("table")
@click.option("--sheet", metavar="NAME|N", help="The sheet, by name or by number from 1. Default: the first visible.")
@reading_options
@converting_options
@click.option("--create", is_flag=True, help="Make the table first, inferred from all rows; asks before it does.")
@click.option("--dry-run", is_flag=True, help="Do everything, then roll back.")
@wait_option("Wait this long for another run that holds the table.")
@click.option("--yes", is_flag=True, help="Answer every question with yes.")
@click.option("--json", "json_", is_flag=True, help="Print the result, or the rejects, as JSON.")
def command(files: tuple[Path, ...], table: str, json_: bool, yes: bool, **options: Any) -> None:
    """Import sheets of FILE... into TABLE: all rows or none.

    Reads xlsx, xlsm, xlsb, xls, ods, and CSV and TSV, whatever the file is called. Headers are matched to the table's
    columns by name, then by the columns' COMMENTs, then by --map. The type of each column decides what its cells
    become; a cell that does not fit is rejected with its address, and nothing is written.

    Exit codes: 0 imported; 1 failed; 2 wrong usage; 3 rows or headers rejected, nothing written; 4 another run holds
    the table; 5 refused; 130 interrupted.
    """
    from app.services.imports import ImportRequest, RowsRejected, import_sheets, reading_limits
    from commands.import_report import as_dict, print_outcome, rejects_as_dict
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
        wait_s=options["wait_s"],
        options=read_options_of(options),
    )
    with TerminalWatcher(yes) as watcher:
        try:
            outcome = import_sheets(request, watcher)
        except RowsRejected as error:
            if json_:
                click.echo(as_json(rejects_as_dict(error)))
            raise
    if json_:
        click.echo(as_json(as_dict(outcome)))
    print_outcome(outcome)
