"""`flask import-excel`: sheets into a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from app.words import plain

DATE_ORDERS = ("YMD", "DMY", "MDY")
# What parts thousands in numbers written as text: also a no-break, a thin and a narrow no-break space.
THOUSANDS = (",", ".", "'", "_", " ", "\u00a0", "\u2009", "\u202f")
MOST_REJECTS = 1_000_000


class _RegularFile(click.Path):
    """A file that is there and can be read more than once."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, readable=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; a pipe or a device, on which reading might wait for ever, is wrong usage."""
        path = Path(str(super().convert(value, param, ctx)))
        if not path.is_file():
            self.fail(f"File '{plain(str(path))}' is not a regular file.", param, ctx)
        return path


class _Mapping(click.ParamType):
    """`Header=column`; `Header=` leaves the header out."""

    name = "HEADER=COLUMN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Return header and column; the last `=` parts them, since headers may have one."""
        header, separator, column = str(value).rpartition("=")
        if not separator or not header:
            self.fail(f'"{value}" is not of the form Header=column.', param, ctx)
        return header, column.strip()


def _once_each(_ctx: click.Context, _param: click.Parameter, pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return columns by header; a header that stands twice is wrong usage."""
    columns: dict[str, str] = {}
    for header, column in pairs:
        if header in columns:
            raise click.BadParameter(f'the header "{plain(header)}" stands twice.')
        columns[header] = column
    return columns


@click.command("import-excel")
@click.argument("files", metavar="FILE...", nargs=-1, type=_RegularFile())
@click.argument("table")
@click.option("--sheet", metavar="NAME|N", help="The sheet, by name or by number from 1. Default: the first visible.")
@click.option(
    "--header-row",
    metavar="N",
    type=click.IntRange(min=1),
    help="The row of the headers. Default: the first row that is not blank.",
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    type=_Mapping(),
    callback=_once_each,
    help='Match a header to a column by hand; "Header=" leaves it out. Repeatable.',
)
@click.option("--create", is_flag=True, help="Make the table first, inferred from all rows; asks before it does.")
@click.option("--dry-run", is_flag=True, help="Do everything, then roll back.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Only the first N rows of each sheet.")
@click.option("--null", "nulls", metavar="TEXT", multiple=True, help="A text that counts as blank. Repeatable.")
@click.option("--date-order", type=click.Choice(DATE_ORDERS), help="How dates written as text, like 07/08/2024, read.")
@click.option(
    "--thousands",
    metavar="CHAR",
    type=click.Choice(THOUSANDS),
    help="The separator allowed in numbers written as text: , . ' _ or a space.",
)
@click.option("--round", "rounds", is_flag=True, help="Round decimals to what the column keeps, half to even.")
@click.option("--binary", type=click.Choice(["base64"]), help="How texts in binary columns are written.")
@click.option("--skip-hidden", is_flag=True, help="Leave out hidden rows and columns.")
@click.option(
    "--max-errors",
    metavar="N",
    default=10_000,
    show_default=True,
    type=click.IntRange(1, MOST_REJECTS),
    help="Rejects to keep.",
)
@click.option("--yes", is_flag=True, help="Answer every question with yes.")
@click.option("--json", "json_", is_flag=True, help="Print the result, or the rejects, as JSON.")
def command(files: tuple[Path, ...], table: str, json_: bool, yes: bool, **options: Any) -> None:
    """Import sheets of FILE... into TABLE: all rows or none.

    Reads xlsx, xlsm, xlsb, xls and ods. Headers are matched to the table's columns by name, then by the columns'
    COMMENTs, then by --map. The type of each column decides what its cells become; a cell that does not fit is
    rejected with its address, and nothing is written.

    Exit codes: 0 imported; 1 failed; 2 wrong usage; 3 rows or headers rejected, nothing written; 4 another process
    holds the table; 5 refused; 130 interrupted.
    """
    from flask import current_app

    from app.services.imports import ImportRequest, Limits, RowsRejected, Rules, import_sheets
    from commands.import_report import as_dict, print_outcome, rejects_as_dict
    from commands.import_watcher import TerminalWatcher
    from commands.output import as_json

    if not files:
        raise click.UsageError("Name the files, then the table: flask import-excel june.xlsx orders")
    request = ImportRequest(
        files=files,
        table=table,
        limits=Limits(current_app.config["IMPORT_MEMORY_MB"], current_app.config["IMPORT_TIMEOUT_S"]),
        sheet=options["sheet"],
        header_row=options["header_row"],
        mapping=options["mapping"],
        rules=Rules(
            nulls=frozenset(options["nulls"]),
            thousands=options["thousands"] or "",
            rounds=options["rounds"],
            date_order=options["date_order"] or "",
            base64=options["binary"] == "base64",
        ),
        limit=options["limit"],
        create=options["create"],
        dry_run=options["dry_run"],
        skip_hidden=options["skip_hidden"],
        max_errors=options["max_errors"],
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
