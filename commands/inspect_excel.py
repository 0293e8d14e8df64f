"""`flask inspect-excel`: what is in a workbook, and what an import of it would reject or change."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import click
from click.core import ParameterSource

from commands.plan_option import plan_of, plan_option
from commands.row_bar import RowBar
from commands.sheet_options import RegularFile, converting_options, read_options_of, reading_options, rules_of

REJECTED = 3
NEEDS_TABLE = ("mapping", "nulls", "date_order", "thousands", "rounds", "binary", "max_errors", "plan")


@click.command("inspect-excel")
@click.argument("file", type=RegularFile())
@click.option(
    "--sheet",
    metavar="NAME|N",
    help="One sheet, by name or by number from 1. Default: all; with --table the first visible.",
)
@click.option("--table", metavar="TABLE", help="Say what an import into this table would reject or change.")
@reading_options
@converting_options
@plan_option
@click.option("--json", "json_", is_flag=True, help="Print JSON instead of a report.")
@click.pass_context
def command(context: click.Context, file: Path, table: str | None, json_: bool, **options: Any) -> None:
    """Show what is in the workbook FILE, sheet by sheet and column by column.

    What the cells are; errors, formulas that were never calculated, numbers and dates stored as text, mixed columns;
    hidden rows and columns, merged areas; the types that import-excel --create would choose. No database is needed.

    With --table also what an import would do, by the same rules and with the same options: how many cells are stored
    exactly as they stand, which change their form and how, which are rejected and why. The table's own rows are not
    looked at: keys that it has already, foreign keys and CHECKs are for import-excel --dry-run to find.

    Nothing is written, and nothing goes on record.

    Exit codes: 0 looked at, and with --table all rows could be loaded; 1 failed; 2 wrong usage; 3 rows or headers would
    be rejected; 130 interrupted.
    """
    from app.services.imports import reading_limits
    from app.services.inspections import InspectionRequest, inspect_workbook
    from commands.inspect_report import as_dict, print_inspection
    from commands.output import as_json

    if table is None:
        _check_no_options_for_a_table(context)
    plan = plan_of(context, options)
    request = InspectionRequest(
        file=file,
        table=table,
        limits=reading_limits(),
        options=read_options_of(options),
        sheet=options["sheet"],
        header_row=options["header_row"],
        mapping=options["mapping"],
        rules=rules_of(options),
        limit=options["limit"],
        skip_hidden=options["skip_hidden"],
        max_errors=options["max_errors"],
        plan=plan,
    )
    with _Watcher() as watcher:
        found = inspect_workbook(request, watcher)
    if json_:
        click.echo(as_json(as_dict(found)))
    else:
        print_inspection(found)
    if not found.fits:
        raise click.exceptions.Exit(REJECTED)


def _check_no_options_for_a_table(context: click.Context) -> None:
    for parameter in context.command.params:
        if parameter.name in NEEDS_TABLE and context.get_parameter_source(parameter.name) != ParameterSource.DEFAULT:
            raise click.UsageError(f"{parameter.opts[0]} says how cells become a table's; name one with --table.")


class _Watcher:
    """Shows on stderr how far the reading is."""

    def __init__(self) -> None:
        self._bar = RowBar("Reading")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop(stays=False)

    def reading(self) -> None:
        """Put up the bar for the next sheet."""
        self._bar.stop(stays=False)
        self._bar.start()

    def progress(self, rows: int, share: float) -> None:
        """Move the bar."""
        self._bar.move(rows, share)
