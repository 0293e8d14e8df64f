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
@click.option("--json", "json_", is_flag=True, help="Print JSON instead of a table.")
def command(table: str | None, json_: bool) -> None:
    """List tables and views, or the columns of TABLE.

    Rows are counted exactly; those of a view are not counted.
    """
    if table is None:
        _list(json_)
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
