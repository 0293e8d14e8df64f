"""`flask tables`: what the database holds."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from commands.output import as_json, print_table

if TYPE_CHECKING:
    from app.services.tables import ColumnDescription, TableDescription


@click.command("tables")
@click.argument("table", required=False)
@click.option("--rows", metavar="N", type=click.IntRange(min=1), help="Print the first N rows of TABLE instead.")
@click.option("--json", "json_", is_flag=True, help="Print JSON instead of a table.")
def command(table: str | None, rows: int | None, json_: bool) -> None:
    """List tables and views, or the columns of TABLE.

    Rows are counted exactly; those of a view are not counted.
    """
    if table is None:
        if rows is not None:
            raise click.UsageError("--rows needs a TABLE.")
        _list(json_)
    elif rows is not None:
        _print_rows(table, rows, json_)
    else:
        _describe(table, json_)


def _list(json_: bool) -> None:
    from app.services import tables

    found = tables.all_tables()
    if json_:
        click.echo(as_json([asdict(table) for table in found]))
        return
    print_table(
        ("table", "rows", "comment"),
        [(table.name, "view" if table.rows is None else f"{table.rows:,}", table.comment) for table in found],
        empty="No tables yet. Make them with: flask initdb",
        numeric=frozenset({"rows"}),
    )


def _describe(name: str, json_: bool) -> None:
    from app.services import tables

    found = tables.describe(name)
    if json_:
        click.echo(as_json(asdict(found)))
        return
    print_table(
        ("column", "type", "null", "default", "key", "references", "comment"),
        [_row(column, found) for column in found.columns],
        empty=f"{name} has no columns.",
    )


def _print_rows(name: str, limit: int, json_: bool) -> None:
    from app.services.table_rows import first_rows

    found = first_rows(name, limit)
    if json_:
        click.echo(as_json(found))
        return
    print_table(
        list(found[0]) if found else (),
        [["" if value is None else str(value) for value in row.values()] for row in found],
        empty=f"{name} has no rows.",
    )


def _row(column: ColumnDescription, table: TableDescription) -> tuple[str, ...]:
    return (
        column.name,
        column.type,
        "yes" if column.nullable else "no",
        column.automatic or column.default or "",
        ", ".join(column.keys),
        ", ".join(table.references(column.name)),
        column.comment,
    )
