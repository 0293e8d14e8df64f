"""`flask template`: a workbook to fill in for a table."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from commands.new_workbook import NewWorkbook


@click.command("template")
@click.argument("table")
@click.argument("file", metavar="FILE.xlsx", type=NewWorkbook())
@click.option("--force", is_flag=True, help="Replace the file if there is one.")
def command(table: str, file: Path, force: bool) -> None:
    """Write a workbook for TABLE, ready to be filled in and imported.

    It has a header for each column that a sheet can fill, the column's COMMENT where it has one, with a note that
    says what the cells take; formats that keep leading zeros and long numbers; and drop-down lists: of an enum's
    members, and of what a foreign key's parent has, up to 10,000 values.
    """
    from app.services.templates import make_template

    made = make_template(table, file, force)
    click.echo(f"Wrote {file}: {len(made.columns)} columns of {table}.", err=True)
    for name, why in made.left_out:
        click.echo(f"Left out {name}: {why}.", err=True)
    for name, parent in made.without_list:
        click.echo(f"No list for {name}: {parent} has too many values.", err=True)
    words = ["flask", "import-excel", str(file), table, *["--binary", "base64"] * made.has_binary]
    click.echo(f"Filled in, import it with: {shlex.join(words)}", err=True)
