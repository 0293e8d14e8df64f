"""The workbook of rejects: the rows that cannot be loaded as they stand in the source, each with what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter
from rich.cells import cell_len

from app.sheets.batches import OVERLONG
from app.sheets.cells import Cell, Row
from app.sheets.contents import GENERAL, NUMBER, Content
from app.sheets.frames import CellsJob, Head
from app.sheets.headers import REJECT_HEADERS, Header
from app.sheets.process import Reader
from app.sheets.rejects import RejectedCell
from app.sheets.source_contents import source_content
from app.words import plain

# The headers stand in the row in which they stand in the source, so that --header-row says the same of both files;
# those further down, which only a mistake could have, in row 1.
LAST_HEADER_ROW = 1_000
NARROWEST, WIDEST, MARGIN, ERROR_WIDTH = 10, 50, 3, 60  # in characters, of which a Chinese one takes two
COMMENT_WIDTH, COMMENT_LINE, COMMENT_CHARACTERS = 300, 20, 40  # pixels, pixels a line, characters a line
MOST_COMMENTS = 10_000  # in a sheet; each is a shape that Excel draws, and `_error` says the same
LONGEST_WORDS = 8_000  # characters of an error or a comment
_NOT_IN_XML = re.compile("[\ufffe\uffff]")
_HEADER_FONT = Font(name="Calibri", size=11, bold=True)
_BAD = PatternFill("solid", start_color="FFFFC7CE")


@dataclass(frozen=True)
class RejectsSheet:
    """A sheet that has rejects.

    Attributes:
        title: the name of the sheet to write, which Excel takes.
        cells: the rejects, in any order.
        own: columns of the table that are called as those this file has beside the sheet's own, and so are not added.
    """

    reader: Reader
    head: Head
    title: str
    cells: Sequence[RejectedCell]
    own: frozenset[str] = frozenset()

    @cached_property
    def bad(self) -> dict[int, list[RejectedCell]]:
        """Return the rejects by their row."""
        rows: dict[int, list[RejectedCell]] = {}
        for cell in self.cells:
            rows.setdefault(cell.row, []).append(cell)
        return rows

    @cached_property
    def added(self) -> tuple[str, ...]:
        """Return the headers that are added to the sheet's own."""
        return tuple(header for header in REJECT_HEADERS if header not in self.own)

    @cached_property
    def headers(self) -> list[Header]:
        """Return the sheet's own headers, without those of an earlier file of rejects.

        Fields of a text file that stand behind the last header get one that fits no column: imported as they are, the
        rows that they belong to would lose them.
        """
        kept = [(position, header) for position, header in self.head.headers if header not in self.added]
        if not any(cell.cause == OVERLONG for cell in self.cells):
            return kept
        first = max(position for position, _ in self.head.headers) + 1
        last = max(max(cells, default=0) for _, cells in self.rows())
        return kept + [(position, f"(field {position + 1})") for position in range(first, last + 1)]

    def rows(self) -> Iterator[Row]:
        """Yield the rejected rows as they stand in the source."""
        for chunk in self.reader.cells(CellsJob(self.head.sheet, frozenset(self.bad))):
            yield from chunk.rows()


def write_rejects_book(path: Path, sheets: Iterable[RejectsSheet]) -> int:
    """Write the rejected rows of all sheets to a new file, and return how many there are.

    Raises:
        AppError: a source can no longer be read.
    """
    book = Workbook(write_only=True)
    book.properties.creator = "opsdesk"
    try:
        written = sum(_SheetWriter(book, sheet).write() for sheet in sheets)
    except BaseException:
        begun: list[Any] = book.worksheets
        for unsaved in begun:
            unsaved.close()
            unsaved._writer.cleanup()  # otherwise openpyxl keeps its temporary file until the process ends
        raise
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:  # which openpyxl would leave open where the disk is full
        ExcelWriter(book, archive).save()
    return written


class _SheetWriter:
    """Writes the rejects of one sheet."""

    def __init__(self, book: Workbook, source: RejectsSheet) -> None:
        self._source = source
        self._sheet: Any = book.create_sheet(source.title)
        self._comments = 0

    def write(self) -> int:
        """Write headers and rows; return how many rows."""
        source, sheet = self._source, self._sheet
        top = source.head.header_row if source.head.header_row <= LAST_HEADER_ROW else 1
        sheet.freeze_panes = f"A{top + 1}"
        for place, (_, header) in enumerate(self._columns, start=1):
            wide = min(max(cell_len(header) + MARGIN, NARROWEST), WIDEST)
            width = ERROR_WIDTH if header == REJECT_HEADERS[1] else wide
            sheet.column_dimensions[get_column_letter(place)].width = width
        for _ in range(top - 1):
            sheet.append([])
        sheet.append([self._header(header) for _, header in self._columns])
        written = 0
        for number, cells in source.rows():
            sheet.append(self._row(number, cells))
            written += 1
        return written

    @cached_property
    def _columns(self) -> list[Header]:
        return [*self._source.headers, *((-1, header) for header in self._source.added)]

    def _row(self, number: int, cells: dict[int, Cell]) -> list[Any]:
        bad = self._source.bad[number]
        errors = "; ".join(dict.fromkeys(f"{cell.column}: {cell.cause}" for cell in bad))
        added = {"_row": Content(str(number), NUMBER), "_error": source_content(_legible(errors))[0]}
        own = [self._cell(cells.get(position), position, bad) for position, _ in self._source.headers]
        return own + [self._written(added[header]) for header in self._source.added]

    def _cell(self, value: Cell, position: int, bad: Sequence[RejectedCell]) -> Any:
        content, remark = source_content(value)
        remarks = [f"{cell.column} {cell.cause} {cell.value}".rstrip() for cell in bad if cell.position == position]
        if remark and not any(remark in said for said in remarks):
            remarks.append(remark)
        if content is None and not remarks:
            return None
        cell = self._written(content)
        if remarks:
            cell.fill = _BAD
            self._comments += 1
            if self._comments <= MOST_COMMENTS:
                cell.comment = _comment("\n".join(map(_legible, dict.fromkeys(remarks))))
        return cell

    def _header(self, header: str) -> Any:
        content, remark = source_content(header)
        cell = self._written(source_content(_legible(header))[0] if remark else content)
        cell.font = _HEADER_FONT
        return cell

    def _written(self, content: Content | None) -> Any:
        cell = WriteOnlyCell(self._sheet)
        if content is not None:
            cell.value, cell.data_type = content.value, content.kind  # openpyxl guesses the type; it is set after that
            if content.format != GENERAL:
                cell.number_format = content.format
        return cell


def _legible(text: str) -> str:
    """Return a text of ours, which may quote the sheet's, as a cell or a comment holds it."""
    return _NOT_IN_XML.sub("\ufffd", plain(text))[:LONGEST_WORDS]


def _comment(text: str) -> Comment:
    lines = sum(1 + cell_len(line) // COMMENT_CHARACTERS for line in text.split("\n"))
    return Comment(text[:LONGEST_WORDS], "opsdesk", height=COMMENT_LINE * (lines + 1), width=COMMENT_WIDTH)
