"""Write rows into a workbook as they come, in the memory of a few of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from app.errors import Invalid
from app.sheets.cells import LAST_COLUMN, LAST_ROW, address
from app.sheets.contents import GENERAL, Content, content_of, width_of
from app.sheets.template import LONGEST_SHEET_NAME, sheet_name

ROWS_PER_SHEET = LAST_ROW - 1  # the first is the header
# Widths are taken from the header and this many rows, in characters, of which a Chinese one takes two.
LOOKED_AT = 100
NARROWEST, WIDEST, MARGIN = 8, 50, 2
Row = Sequence[object]


class WorkbookWriter:
    """A workbook that takes rows: `with WorkbookWriter(path, "orders", headers) as book: book.add(rows)`.

    The file is written when the block ends well; when it ends with an error, there is none. Each sheet begins with the
    header, bold and frozen; the next sheet begins where Excel's rows end.

    Attributes:
        rows: how many were added, over all sheets.
    """

    def __init__(self, path: Path, title: str, headers: Sequence[str]) -> None:
        """Begin a workbook; `title` names its first sheet, with what Excel refuses in names taken out.

        Raises:
            Invalid: there are more columns than a sheet has, or a header cannot stand in a cell.
        """
        if len(headers) > LAST_COLUMN:
            raise Invalid(f"{len(headers):,} columns: a sheet has {LAST_COLUMN:,}.", "Choose fewer.")
        self.rows = 0
        self._path, self._title, self._headers = path, title, list(headers)
        self._book = Workbook(write_only=True)
        self._book.properties.creator = "opsdesk"
        self._waiting: list[list[Content | None]] = []
        self._widths: list[float] = []
        self._sheet: Any = None
        self._contents(0, self._headers)  # a header that no cell can hold is said before any row is read

    def __enter__(self) -> WorkbookWriter:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Write the file, or throw away what was prepared for it."""
        if kind is None:
            self._begin()
            self._book.save(self._path)
            return
        sheets: list[Any] = self._book.worksheets
        for sheet in sheets:
            sheet.close()
            sheet._writer.cleanup()  # openpyxl has no other way to remove its temporary file before the process ends

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows, each in the order of the headers.

        Raises:
            Invalid: a value that no cell can hold; names its row, counted from 1 without headers, and column.
        """
        for row in rows:
            self.rows += 1
            contents = self._contents(self.rows, row)
            if not self._widths:
                self._waiting.append(contents)
                if len(self._waiting) == LOOKED_AT:
                    self._begin()
            else:
                self._append(contents, self.rows)

    def _contents(self, number: int, row: Row) -> list[Content | None]:
        try:
            return [content_of(value) for value in row]
        except ValueError:
            raise self._invalid(number, row) from None

    def _invalid(self, number: int, row: Row) -> Invalid:
        """Return what is wrong with a row, 0 being the headers, of which one value is known to be wrong."""
        index, reason = next(filter(None, map(_wrong, range(len(row)), row)))
        sheet, below = divmod(max(number - 1, 0), ROWS_PER_SHEET)
        place = address(self._name(sheet), below + 2 if number else 1, index)
        what = f'row {number:,}, column "{self._headers[index]}"' if number else f"header {index + 1}"
        return Invalid(f"The value of {what} ({place}) {reason}.", "Mend it where it comes from, or leave it out.")

    def _begin(self) -> None:
        """Fix the widths by the rows that wait, and write these."""
        if self._widths:
            return
        head = [content_of(header) for header in self._headers]
        columns = zip(head, *self._waiting, strict=True)
        self._widths = [min(max(NARROWEST, *map(width_of, column)) + MARGIN, WIDEST) for column in columns]
        self._next_sheet(0)
        for number, contents in enumerate(self._waiting, start=1):
            self._append(contents, number)
        self._waiting.clear()

    def _append(self, contents: list[Content | None], number: int) -> None:
        """Append row `number`, counted from 1, on the sheet that it belongs to."""
        sheet, below = divmod(number - 1, ROWS_PER_SHEET)
        if sheet and not below:
            self._next_sheet(sheet)
        self._sheet.append([self._cell(content) for content in contents])

    def _next_sheet(self, number: int) -> None:
        """Begin sheet `number`, counted from 0."""
        self._sheet = sheet = self._book.create_sheet(self._name(number))
        sheet.freeze_panes = "A2"
        for column, width in enumerate(self._widths, start=1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        cells = [self._cell(content_of(header)) for header in self._headers]
        for cell in filter(None, cells):
            cell.font = Font(name="Calibri", size=11, bold=True)
        sheet.append(cells)

    def _name(self, sheet: int) -> str:
        end = f" {sheet + 1}" if sheet else ""
        return sheet_name(self._title)[: LONGEST_SHEET_NAME - len(end)] + end

    def _cell(self, content: Content | None) -> Any:
        if content is None:
            return None
        cell = WriteOnlyCell(self._sheet)
        cell.value, cell.data_type = content.value, content.kind  # openpyxl guesses the type; it is set after that
        if content.format != GENERAL:
            cell.number_format = content.format
        return cell


def _wrong(index: int, value: object) -> tuple[int, str] | None:
    """Return the place of a value in its row, and what is wrong with it; None if nothing is."""
    try:
        content_of(value)
    except ValueError as error:
        return index, str(error)
    return None
