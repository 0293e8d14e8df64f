"""`flask export-excel`: the rows of a table, or of a query, in a workbook."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.words import counted
from commands.new_workbook import NewWorkbook
from commands.output import as_json, say
from commands.row_bar import RowBar

if TYPE_CHECKING:
    from app.services.exports import Exported


class _Names(click.ParamType):
    """Names with commas between them."""

    name = "A,B"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the names; none is wrong usage."""
        names = tuple(name.strip() for name in value.split(",")) if isinstance(value, str) else ()
        if not all(names):
            self.fail(f'"{value}" is not of the form A,B.', param, ctx)
        return names


@click.command("export-excel")
@click.argument("table")
@click.argument("file", metavar="FILE.xlsx", type=NewWorkbook())
@click.option("--columns", metavar="A,B", type=_Names(), default=None, help="These columns of TABLE, in this order.")
@click.option(
    "--where", metavar="SQL", default="", help='Only the rows of TABLE for which this is true: "amount > 100".'
)
@click.option(
    "--query", metavar="SQL", default="", help="What this SELECT gives, instead of TABLE, which names the sheet."
)
@click.option("--force", is_flag=True, help="Replace the file if there is one.")
@click.option("--json", "json_", is_flag=True, help="Print what was written as JSON on stdout.")
def command(
    table: str, file: Path, columns: tuple[str, ...] | None, where: str, query: str, force: bool, json_: bool
) -> None:
    """Write the rows of TABLE to a workbook, as they are at one moment and in the order of its key.

    An import gives the same values back. What Excel would change is written as text: numbers of more than 15 digits,
    dates before March 1900, moments that its numbers cannot tell apart. Texts that begin like formulas stay texts.
    Rows beyond 1,048,575 go to further sheets. The database is only read.
    """
    from app.services.exports import Request, export

    if query and (columns or where):
        raise click.UsageError("--query chooses columns and rows itself: leave out --columns and --where.")
    bar = RowBar("Exporting")
    bar.start()
    done = False
    try:
        exported = export(Request(table, file, columns or (), where, query, force), bar.move)
        done = True
    finally:
        bar.stop(stays=done)
    if json_:
        click.echo(as_json(asdict(exported)))
    else:
        _report(exported)


def _report(exported: Exported) -> None:
    rate = round(exported.rows / exported.seconds) if exported.seconds else 0
    say(
        f"Wrote {exported.file}: {counted(exported.rows, 'row')}, {counted(len(exported.columns), 'column')}"
        f" of {exported.table} in {exported.seconds:.1f} s ({rate:,} rows/s)."
    )
    if len(exported.sheets) > 1:
        say(f"On {len(exported.sheets)} sheets: {', '.join(exported.sheets)}.")
    for name, why in exported.left_out:
        say(f"Left out {name}: {why}.")
    for note in exported.notes:
        say(f"Note: {note}")
    if exported.import_options is not None:
        words = ["flask", "import-excel", str(exported.file), exported.table, *exported.import_options]
        say(f"Edited, bring it back with: {shlex.join(words)}")
