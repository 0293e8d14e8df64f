"""CSV and TSV files: every cell is text (RFC 4180), in the encoding and with the delimiter that are found or named."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from itertools import chain, zip_longest
from pathlib import Path
from typing import IO

from app.sheets.cells import Cell, Chunk
from app.sheets.problems import DamagedFile
from app.sheets.read.content import START, check_is_table
from app.sheets.read.delimited.delimiters import find_delimiter, sep_line
from app.sheets.read.delimited.encodings import GB18030, decoded_start, find_encoding
from app.sheets.read.findings import Findings
from app.sheets.read.limits import DEFAULT_LIMITS, ReadLimits, check_columns
from app.sheets.read.options import FOUND, ReadOptions
from app.sheets.read.straight import Straight
from app.sheets.read.workbook import SheetName

CHUNK_ROWS = 5_000
CHUNK_CELLS = 1 << 19  # however wide a record is
LONGEST_FIELD = 16 << 20  # characters; a quote that is never closed makes the rest of the file one field
CLOSE = "A quote within quotes is written twice; mend the line, or export the file again."


class DelimitedFile:
    """An open CSV or TSV file. Its only sheet is called as Excel calls it, by the file's name without the ending."""

    kind = "csv"

    def __init__(self, path: Path, options: ReadOptions = FOUND, limits: ReadLimits = DEFAULT_LIMITS) -> None:
        """Decode the whole file once, and find what parts its fields.

        Raises:
            NotASpreadsheet: it is no text, a text of another kind, or one without columns.
            DamagedFile: it does not decode.
        """
        self._path = path
        self._limits = limits
        self._findings = Findings()
        with path.open("rb") as file:
            start = file.read(START)
            self.encoding = find_encoding(file, start, options.encoding)
        self.delimiter = _delimiter(start, self.encoding, options.delimiter)
        is_guess = self.encoding == GB18030 and not options.encoding
        self.blind_spots = "It is not UTF-8; read as GB18030, --encoding names another encoding." if is_guess else ""
        self.sheets = [SheetName(Path(options.name_of(path)).stem, True)]

    def rows(self, sheet: str, straight: Straight | None = None) -> Iterator[Chunk]:  # noqa: ARG002 - one, all in this process
        """Yield the records, a chunk of them at a time, numbered as Excel numbers them: by records, not by lines.

        Raises:
            DamagedFile: a quote is not closed, or has text behind it; the message names the line.
            RefusedFile: a record has too many fields.
        """
        self._findings = Findings()
        first, full = 1, 0
        for records in self._chunks():
            full = full or len(records[0])
            widths = set(map(len, records))
            if min(widths) < full:
                self._findings.short_records += sum(0 < len(record) < full for record in records)
            check_columns(max(widths) - 1, self._limits)
            columns = zip(*records, strict=True) if len(widths) == 1 else zip_longest(*records, fillvalue="")
            cells: dict[int, Sequence[Cell]] = {
                place: _cells(values) for place, values in enumerate(columns) if any(values)
            }
            yield Chunk(list(range(first, first + len(records))), cells)
            first += len(records)

    def findings(self) -> Findings:
        """Return how much has been read: a text file hides nothing and declares nothing."""
        return self._findings

    def close(self) -> None:
        """Do nothing: the file is open only while it is read."""

    def _chunks(self) -> Iterator[list[list[str]]]:
        """Yield lists of records, the shorter the wider the widest of them is."""
        csv.field_size_limit(LONGEST_FIELD)
        records: list[list[str]] = []
        width, most = 1, CHUNK_ROWS
        size = self._path.stat().st_size
        with self._path.open("rb") as file, TextIOWrapper(file, self.encoding, newline="") as text:
            lines, skipped = _lines(text)
            reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
            last_line = 0
            try:
                for record in reader:
                    records.append(record)
                    last_line = reader.line_num
                    if len(record) > width:
                        width = len(record)
                        most = max(1, min(CHUNK_ROWS, CHUNK_CELLS // width))
                    if len(records) >= most:
                        self._findings.share = file.tell() / size
                        yield records
                        records = []
            except csv.Error as error:
                raise _malformed(error, skipped + last_line + 1, skipped + reader.line_num) from None
        self._findings.share = 1.0
        if records:
            yield records


def _delimiter(start: bytes, encoding: str, wanted: str) -> str:
    """Return the delimiter: as named, as the first line says, or as found."""
    text = decoded_start(start, encoding)
    said, line = sep_line(text)
    if wanted or said:
        return wanted or said
    check_is_table(text)
    return find_delimiter(text.removeprefix(line), len(start) < START)


def _lines(file: IO[str]) -> tuple[Iterator[str], int]:
    """Return the lines that hold records, and how many before them do not."""
    first = file.readline().removeprefix("\ufeff")
    return (iter(file), 1) if sep_line(first)[1] else (chain([first], file), 0)


def _cells(values: tuple[str, ...]) -> list[Cell]:
    return [value or None for value in values] if "" in values else list(values)


def _malformed(error: csv.Error, first_line: int, line: int) -> DamagedFile:
    """Return the error for a record, by what the csv module says of it and where it begins and breaks."""
    said = str(error)
    if said.startswith("field larger"):
        what = f"The record from line {first_line:,} has a field of more than {LONGEST_FIELD:,} characters"
        return DamagedFile(f"{what}: a quote may not be closed.", CLOSE)
    if said.startswith("unexpected end"):
        return DamagedFile(f"The record from line {first_line:,} has a quote that is never closed.", CLOSE)
    return DamagedFile(f"Line {line:,} has text behind a quote that closes a field.", CLOSE)
