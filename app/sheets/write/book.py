"""Write rows into a workbook as they come, in the memory of a few of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from app.errors import Invalid
from app.sheets.cells import LAST_COLUMN, LAST_ROW, address
from app.sheets.contents import Content, width_of
from app.sheets.sheet_names import LONGEST_SHEET_NAME, sheet_name
from app.sheets.table import Column
from app.sheets.write import parts
from app.sheets.write.archive import MOST_BYTES, Archive
from app.sheets.write.column import BadValue, ColumnWriter
from app.sheets.write.sheet import SheetWriter
from app.sheets.write.styles import Styles

ROWS_PER_SHEET = LAST_ROW - 1  # the first is the header
BATCH = 250  # rows that are written at once: what stays in the cache of a core
# A part that may outgrow what a ZIP file takes with the next rows ends before it.
FULL = MOST_BYTES - (1 << 28)
# Widths are taken from the header and this many rows, in characters, of which a Chinese one takes two.
LOOKED_AT = 100
NARROWEST, WIDEST, MARGIN = 8, 50, 2
MEND = "Mend it where it comes from, or leave it out."
Row = Sequence[Any]


class WorkbookWriter:
    """A workbook that takes rows: `with WorkbookWriter(path, "orders", headers) as book: book.add(rows)`.

    The file is whole when the block ends well; when it ends with an error, there is none. Each sheet begins with the
    header, bold and frozen; the next sheet begins where Excel's rows end.

    Attributes:
        sheets: the names of the sheets so far.
        columns: the columns, which count what a workbook shows otherwise than the database does.
        blank_rows: rows without a value.
    """

    def __init__(
        self,
        path: Path,
        title: str,
        headers: Sequence[str],
        columns: Sequence[Column | None] = (),
        rows_per_sheet: int = ROWS_PER_SHEET,
    ) -> None:
        """Begin a workbook.

        Args:
            title: names its first sheet, with what Excel refuses in names taken out.
            columns: of the table, where the values come as the database hands them over; None, or none at all: values
                are written by their own type.
            rows_per_sheet: below the header, at most as many as Excel has.

        Raises:
            Invalid: there are more columns than a sheet has, or a header cannot stand in a cell.
        """
        if len(headers) > LAST_COLUMN:
            raise Invalid(f"{len(headers):,} columns: a sheet has {LAST_COLUMN:,}.", "Choose fewer.")
        self.sheets: list[str] = []
        self.blank_rows = 0
        self._title, self._headers, self._rows_per_sheet = title, list(headers), rows_per_sheet
        self._styles = Styles()
        self.columns = [ColumnWriter(column, self._styles) for column in columns or [None] * len(headers)]
        self._header_cells = self._contents_of_headers()
        self._written = 0
        self._waiting: list[Row] = []
        self._sheet: SheetWriter | None = None
        self._path, self._file = path, path.open("wb")
        self._archive = Archive(self._file)

    @property
    def rows(self) -> int:
        """Return how many rows were added, over all sheets."""
        return self._written + len(self._waiting)

    def __enter__(self) -> WorkbookWriter:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Make the file whole, or remove it."""
        try:
            if kind is None:
                self._finish()
        except BaseException:
            self._remove()
            raise
        if kind is not None:
            self._remove()

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows, each in the order of the headers.

        Raises:
            Invalid: a value that no cell can hold; names its row, counted from 1 without headers, and column.
        """
        more = iter(rows)
        while taken := list(islice(more, BATCH - len(self._waiting))):
            self._waiting += taken
            if len(self._waiting) == BATCH:
                self._write_waiting()

    def _contents_of_headers(self) -> list[Content | None]:
        by_itself = ColumnWriter(None, self._styles)
        contents = []
        for index, header in enumerate(self._headers):
            try:
                contents.append(by_itself.content(header))
            except ValueError as error:
                place = address(self._name(0), 1, index)
                raise Invalid(f"The value of header {index + 1} ({place}) {error}.", MEND) from None
        return contents

    def _write_waiting(self) -> None:
        """Write the rows that wait, on as many sheets as they take."""
        rows, self._waiting = self._waiting, []
        while rows:
            sheet = self._with_room(rows)
            room = self._rows_per_sheet - sheet.rows
            self._write(sheet, rows[:room])
            rows = rows[room:]

    def _write(self, sheet: SheetWriter, rows: Sequence[Row]) -> None:
        columns = []
        for index, values in enumerate(zip(*rows, strict=True)):
            try:
                columns.append(self.columns[index].spelled(values))
            except BadValue as error:
                number, place = (
                    self._written + error.place + 1,
                    address(sheet.name, sheet.rows + error.place + 2, index),
                )
                what = f'row {number:,}, column "{self._headers[index]}" ({place})'
                raise Invalid(f"The value of {what} {error.reason}.", MEND) from None
        self.blank_rows += sheet.write(columns, len(rows))
        self._written += len(rows)

    def _with_room(self, rows: Sequence[Row]) -> SheetWriter:
        """Return the sheet for the next rows, a new one where there is none or the last is full."""
        sheet = self._sheet
        if sheet is not None and sheet.rows < self._rows_per_sheet and sheet.size < FULL:
            return sheet
        widths = self._widths(rows) if sheet is None else sheet.widths
        self._end_sheet()
        name = self._name(len(self.sheets))
        self.sheets.append(name)
        self._sheet = SheetWriter(self._archive, len(self.sheets), name, widths)
        self._sheet.write_header(self._header_cells, self._styles)
        return self._sheet

    def _widths(self, rows: Sequence[Row]) -> list[float]:
        widths: list[float] = []
        for index, header in enumerate(self._header_cells):
            shown = [width_of(header)]
            with suppress(ValueError):  # which is told when it is written
                shown += (width_of(self.columns[index].content(row[index])) for row in rows[:LOOKED_AT])
            widths.append(min(max(NARROWEST, *shown) + MARGIN, WIDEST))
        return widths

    def _name(self, sheet: int) -> str:
        end = f" {sheet + 1}" if sheet else ""
        return sheet_name(self._title)[: LONGEST_SHEET_NAME - len(end)] + end

    def _end_sheet(self) -> None:
        if self._sheet is not None:
            self._sheet.finish()

    def _finish(self) -> None:
        self._write_waiting()
        if self._sheet is None:
            self._with_room(())
        self._end_sheet()
        for name, text in {
            "xl/styles.xml": self._styles.xml(),
            "xl/workbook.xml": parts.workbook(self.sheets),
            "xl/_rels/workbook.xml.rels": parts.workbook_relationships(len(self.sheets)),
            "docProps/core.xml": parts.PROPERTIES,
            "_rels/.rels": parts.PACKAGE_RELATIONSHIPS,
            "[Content_Types].xml": parts.content_types(len(self.sheets)),
        }.items():
            self._archive.write(name, text)
        self._archive.close()
        self._file.close()

    def _remove(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)
