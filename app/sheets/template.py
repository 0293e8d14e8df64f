"""An empty workbook for a table, ready to fill in: headers, notes, formats and drop-downs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.worksheet import Worksheet
from rich.cells import cell_len

from app.sheets.choices import Choices
from app.sheets.header_names import header_names
from app.sheets.notes import note, outgrows_excel
from app.sheets.parents import Parent
from app.sheets.sheet_names import sheet_name
from app.sheets.table import UNSUPPORTED, Column, Table

FORMATS = {
    "text": "@",
    "enum": "@",
    "json": "@",
    "binary": "@",
    "integer": "0",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm:ss",
    "time": "hh:mm:ss",
}
GENERAL = "General"
NO_PARENTS: Mapping[str, Parent] = MappingProxyType({})
# In characters, of which a Chinese one takes two: what a column is wide at least by its kind, at most, and beside its
# header for the mark of the note.
NARROWEST = {"date": 12, "datetime": 21, "time": 10, "text": 16, "json": 24}
NARROW, WIDEST, MARGIN = 10, 50, 3
NOTE_WIDTH, NOTE_LINE, NOTE_CHARACTERS = 340, 20, 44  # pixels, pixels a line, characters a line


def writable_columns(table: Table) -> list[Column]:
    """Return the columns that cells can fill and that the database does not fill by itself."""
    return [column for column in table.columns if not column.is_automatic and column.kind != UNSUPPORTED]


def number_format(column: Column) -> str:
    """Return Excel's format for a column.

    Text keeps leading zeros and all digits of a number; so does it for a BIGINT, of which Excel keeps 15 (Microsoft,
    "Excel specifications and limits").
    """
    if column.kind == "decimal" and column.scale is not None:
        return "0." + "0" * column.scale if column.scale else "0"
    if outgrows_excel(column):
        return "@"
    return FORMATS.get(column.kind, GENERAL)


def write_template(table: Table, path: Path, parents: Mapping[str, Parent] = NO_PARENTS) -> None:
    """Write a workbook whose first sheet has a header for each writable column, and no rows.

    Args:
        parents: what foreign keys allow, by column.
    """
    book = Workbook()
    book.properties.creator = "opsdesk"
    sheet = book.worksheets[0]
    sheet.title = sheet_name(table.name)
    sheet.freeze_panes = "A2"
    choices = Choices(book, sheet)
    columns = writable_columns(table)
    for index, (column, header) in enumerate(zip(columns, header_names(table, columns), strict=True), start=1):
        parent = parents.get(column.name)
        _write_header(sheet.cell(1, index), header, note(column, table, parent.name if parent else ""))
        sheet.column_dimensions[get_column_letter(index)] = _dimension(sheet, index, column, header)
        choices.offer(index, column)
        if parent is not None:
            choices.offer_parents(index, column, parent)
    book.save(path)


def _write_header(cell: Any, header: str, text: str) -> None:
    cell.value = header
    cell.data_type = "s"  # also where it begins like a formula
    cell.font = Font(name="Calibri", size=11, bold=True)
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    lines = sum(1 + cell_len(line) // NOTE_CHARACTERS for line in text.split("\n"))
    cell.comment = Comment(text, "opsdesk", height=NOTE_LINE * (lines + 1), width=NOTE_WIDTH)


def _dimension(sheet: Worksheet, index: int, column: Column, header: str) -> ColumnDimension:
    width = max(cell_len(header) + MARGIN, NARROWEST.get(column.kind, NARROW))
    dimension = ColumnDimension(sheet, index=get_column_letter(index), width=min(width, WIDEST))
    dimension.number_format = number_format(column)  # of every cell that Excel makes in this column
    return dimension
