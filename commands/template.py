"""`flask template`: a workbook to fill in for a table."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click


class _NewWorkbook(click.Path):
    """A file to be written, named *.xlsx."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; a name that Excel would not open is wrong usage."""
        path = Path(str(super().convert(value, param, ctx)))
        if path.suffix.lower() != ".xlsx":
            self.fail(f'"{value}" does not end in .xlsx.', param, ctx)
        return path


@click.command("template")
@click.argument("table")
@click.argument("file", metavar="FILE.xlsx", type=_NewWorkbook())
@click.option("--force", is_flag=True, help="Replace the file if there is one.")
def command(table: str, file: Path, force: bool) -> None:
    """Write a workbook for TABLE, ready to be filled in and imported.

    It has a header for each column that a sheet can fill, the column's COMMENT where it has one, with a note that
    says what the cells take; formats that keep leading zeros and long numbers; and drop-down lists.
    """
    from app.services.templates import make_template

    made = make_template(table, file, force)
    click.echo(f"Wrote {file}: {len(made.columns)} columns of {table}.", err=True)
    for name, why in made.left_out:
        click.echo(f"Left out {name}: {why}.", err=True)
    words = ["flask", "import-excel", str(file), table, *["--binary", "base64"] * made.has_binary]
    click.echo(f"Filled in, import it with: {shlex.join(words)}", err=True)
