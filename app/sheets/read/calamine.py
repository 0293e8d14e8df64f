"""xlsb, xls and ods files, read by calamine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from app.sheets.cells import LAST_COLUMN, LAST_ROW, Cell, Chunk, Unusable
from app.sheets.problems import SAVE_DECRYPTED, DamagedFile, EncryptedFile, RefusedFile
from app.sheets.read.findings import Findings
from app.sheets.read.limits import DEFAULT_LIMITS, ReadLimits, check_columns
from app.sheets.read.numbers import to_15_digits
from app.sheets.read.straight import Straight
from app.sheets.read.workbook import SheetName

CHUNK_ROWS = 5_000

# What else calamine 0.9 loses, by the kind of file.
LOSSES = {
    "ods": "tabulators in texts are lost; ",
    "xls": "in files of Excel 95 and older, texts in several fonts may come out wrong; ",
}
GARBLED = Unusable("holds a text that cannot be read from this kind of file; save it as xlsx in Excel")


class CalamineBook:
    """An open xlsb, xls or ods file. Calamine holds a whole sheet in memory."""

    encoding = delimiter = ""

    def __init__(self, source: Path | IO[bytes], kind: str, limits: ReadLimits = DEFAULT_LIMITS) -> None:
        """Open the file.

        Raises:
            DamagedFile, EncryptedFile: it cannot be read, and why.
        """
        from python_calamine import CalamineError, PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

        self.kind = kind
        self._limits = limits
        self._findings = Findings()
        self.blind_spots = (
            f"In {kind} files error cells (#N/A), formulas that were never calculated, hidden rows and zero-padded "
            "numbers cannot be told apart from blank cells and plain numbers; "
            f"{LOSSES.get(kind, '')}an xlsx file tells them."
        )
        self._failures: tuple[type[Exception], ...] = (CalamineError, OSError, ValueError, IndexError, OverflowError)
        try:
            self._book = load_workbook(str(source) if isinstance(source, Path) else source)
        except PasswordError:
            raise EncryptedFile("The file is encrypted in a way that cannot be read here.", SAVE_DECRYPTED) from None
        except self._failures as error:
            raise _damaged(error) from None
        self.sheets = [
            SheetName(sheet.name, sheet.visible == SheetVisibleEnum.Visible)
            for sheet in self._book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def rows(self, sheet: str, straight: Straight | None = None) -> Iterator[Chunk]:  # noqa: ARG002 - all in this process
        """Yield a worksheet's rows, some at a time."""
        try:
            data = self._book.get_sheet_by_name(sheet)
        except self._failures as error:
            raise _damaged(error) from None
        first_column = data.start[1] if data.start else 0
        if data.end and (data.end[0] >= LAST_ROW or data.end[1] >= LAST_COLUMN):
            raise RefusedFile("The sheet has more rows or columns than Excel allows.")
        if data.end:
            check_columns(data.end[1], self._limits)
        rows = data.iter_rows()
        self._findings = Findings()
        first = 1
        while part := list(islice(rows, CHUNK_ROWS)):
            columns = {column: _cells(values) for column, values in enumerate(zip(*part, strict=True), first_column)}
            numbers = list(range(first, first + len(part)))
            self._findings.share = numbers[-1] / (data.end[0] + 1) if data.end else 1.0
            yield Chunk(numbers, {column: cells for column, cells in columns.items() if cells.count(None) < len(part)})
            first += len(part)

    def findings(self) -> Findings:
        """Return how much has been read: calamine tells no more."""
        return self._findings

    def close(self) -> None:
        """Close the file."""
        self._book.close()


def _cells(values: Sequence[Any]) -> list[Cell]:
    return [_READ.get(type(value), _as_it_is)(value) for value in values]


def _text(value: str) -> Cell:
    return GARBLED if "\0" in value else value or None


def _as_it_is(value: Any) -> Any:
    return value


_READ: dict[type, Callable[[Any], Cell]] = {float: to_15_digits, str: _text}


def _damaged(error: Exception) -> DamagedFile:
    return DamagedFile(f"The file cannot be read: {error}.", "Open it in Excel and save it as xlsx.")
