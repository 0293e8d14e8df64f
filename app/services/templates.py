"""Make a workbook for people to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.errors import Failed
from app.extensions import db
from app.models import Base
from app.services.new_file import new_file
from app.sheets.parents import parents_of
from app.sheets.table import Column
from app.sheets.target import find
from app.sheets.template import writable_columns, write_template


@dataclass(frozen=True)
class Template:
    """A workbook that was written.

    Attributes:
        columns: those in it.
        left_out: those of the table that are not, each with why.
        without_list: those whose parent has too many values for a drop-down list, each with the parent.
    """

    columns: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    has_binary: bool
    without_list: tuple[tuple[str, str], ...]


def make_template(table: str, path: Path, force: bool = False) -> Template:
    """Write an empty workbook for a table to `path`; the database is only read.

    Args:
        force: replace a file that is there.

    Raises:
        NotFound: there is no such table, or no such folder.
        Refused: there is such a file, or the table is a view or one of the project's own records.
        Failed: no column of the table can be filled from a sheet.
    """
    with db.engine.connect() as connection:
        found = find(connection, table, Base.metadata, hint="See them with: flask tables")
        parents = parents_of(connection, found)
    columns = writable_columns(found)
    if not columns:
        raise Failed(f'No column of "{table}" can be filled from a sheet.')
    with new_file(path, force) as unfinished:
        write_template(found, unfinished, parents)
    return Template(
        columns=tuple(column.name for column in columns),
        left_out=tuple((column.name, _why(column)) for column in found.columns if column not in columns),
        has_binary=any(column.kind == "binary" for column in columns),
        without_list=tuple((name, parent.name) for name, parent in parents.items() if parent.values is None),
    )


def _why(column: Column) -> str:
    return "the database fills it in" if column.is_automatic else f"no cell can fill a {column.sql_type}"
