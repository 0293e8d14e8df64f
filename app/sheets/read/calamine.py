"""xlsb, xls and ods files, read by calamine."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from app.sheets.cells import LAST_COLUMN, LAST_ROW, Cell, Row
from app.sheets.problems import DamagedFile, EncryptedFile, RefusedFile
from app.sheets.read.findings import Findings
from app.sheets.read.numbers import to_15_digits
from app.sheets.read.workbook import SheetName

CHUNK_ROWS = 5_000


class CalamineBook:
    """An open xlsb, xls or ods file. Calamine holds a whole sheet in memory."""

    def __init__(self, path: Path, kind: str) -> None:
        """Open the file.

        Raises:
            DamagedFile, EncryptedFile: it cannot be read, and why.
        """
        from python_calamine import CalamineError, PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

        self.kind = kind
        self.blind_spots = (
            f"In {kind} files error cells (#N/A), formulas that were never calculated, hidden rows and zero-padded "
            "numbers cannot be told apart from blank cells and plain numbers; an xlsx file tells them."
        )
        self._failures: tuple[type[Exception], ...] = (CalamineError, OSError, ValueError, IndexError, OverflowError)
        try:
            self._book = load_workbook(str(path))
        except PasswordError:
            raise EncryptedFile(
                "The file is encrypted.", "Save it without a password in Excel, and import that."
            ) from None
        except self._failures as error:
            raise _damaged(error) from None
        self.sheets = [
            SheetName(sheet.name, sheet.visible == SheetVisibleEnum.Visible)
            for sheet in self._book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def rows(self, sheet: str) -> Iterator[list[Row]]:
        """Yield a worksheet's rows, some at a time."""
        try:
            data = self._book.get_sheet_by_name(sheet)
        except self._failures as error:
            raise _damaged(error) from None
        first_column = data.start[1] if data.start else 0
        if data.end and (data.end[0] >= LAST_ROW or data.end[1] >= LAST_COLUMN):
            raise RefusedFile("The sheet has more rows or columns than Excel allows.")
        numbered = enumerate(data.iter_rows(), 1)
        while chunk := list(islice(numbered, CHUNK_ROWS)):
            yield [(number, _cells(row, first_column)) for number, row in chunk]

    def findings(self) -> Findings:
        """Return nothing: calamine does not tell."""
        return Findings()

    def close(self) -> None:
        """Close the file."""
        self._book.close()


def _cells(row: list[Any], first_column: int) -> dict[int, Cell]:
    return {
        column: to_15_digits(value) if type(value) is float else value
        for column, value in enumerate(row, first_column)
        if value != ""
    }


def _damaged(error: Exception) -> DamagedFile:
    return DamagedFile(f"The file cannot be read: {error}.", "Open it in Excel and save it as xlsx.")
