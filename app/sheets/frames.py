"""What the reading process and its parent say to each other: frames of a kind, a length and a payload.

The parent sends pickled jobs, which the child trusts. The child, which reads strangers' files, sends JSON and, for
rows, marshal: neither makes the parent run anything.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from app.sheets.convert.rules import STRICT, Rules
from app.sheets.plan import Plan
from app.sheets.read.limits import DEFAULT_LIMITS, ReadLimits
from app.sheets.read.options import FOUND, ReadOptions
from app.sheets.sinks import COLUMNS as COLUMNS
from app.sheets.sinks import TEXT as TEXT

BOOK = b"W"  # the kind of the file and its sheets, JSON
HEAD = b"H"  # the header row, JSON
BATCH = b"B"  # rows, marshal: (row numbers as array("I") bytes, rows as the sink has them, columns by
# marshal once more, share of the sheet read)
REJECTED = b"R"  # the first bad cell was found; no rows follow
CELLS = b"C"  # some rows as they stand, marshal: see app.sheets.plain_cells
READ = b"N"  # how many rows have been read so far, and what share of the sheet, JSON
FIRST = b"F"  # the first rows as people see them, JSON: see app.sheets.first_rows
END = b"E"  # the summary, JSON
PROBLEM = b"P"  # the file cannot be read, JSON
KINDS = frozenset({BOOK, HEAD, BATCH, REJECTED, CELLS, READ, FIRST, END, PROBLEM})
_PREFIX = struct.Struct("<cI")


@dataclass(frozen=True)
class BookJob:
    """Open the file and list its sheets."""

    path: Path
    options: ReadOptions = FOUND
    limits: ReadLimits = DEFAULT_LIMITS


@dataclass(frozen=True)
class HeadJob:
    """Open the file and find the header row. `header_row` from 1; None: the first row with a cell that is not blank."""

    path: Path
    sheet: str | None
    header_row: int | None
    skip_hidden: bool = False
    options: ReadOptions = FOUND
    limits: ReadLimits = DEFAULT_LIMITS


@dataclass(frozen=True)
class ConvertJob:
    """Read and convert the rows below the header.

    Attributes:
        sink: `TEXT` or `COLUMNS`.
        limit: the most rows to read.
        max_rejects: how many rejects to keep; all are counted.
        stage: put this number, plus the row's, before each row, for a staging table; None: do not.
        goes_on: send the good rows also after a bad one.
    """

    plan: Plan
    sink: str
    rules: Rules = STRICT
    limit: int | None = None
    max_rejects: int = 10_000
    stage: int | None = None
    skip_hidden: bool = False
    goes_on: bool = False


@dataclass(frozen=True)
class ProfileJob:
    """Look at all rows below the header, and say what is in each column.

    `trial`: convert the rows as well, and say what an import would do with them.
    """

    sheet: str
    header_row: int
    positions: tuple[int, ...]
    limit: int | None = None
    skip_hidden: bool = False
    trial: ConvertJob | None = None


@dataclass(frozen=True)
class CellsJob:
    """Read the rows of these numbers as they stand."""

    sheet: str
    numbers: frozenset[int]


@dataclass(frozen=True)
class FirstRowsJob:
    """Show the first `count` rows below the header that are not blank: their cells at `positions`, from 0."""

    sheet: str
    header_row: int
    positions: tuple[int, ...]
    count: int
    skip_hidden: bool = False


Job = BookJob | HeadJob | ConvertJob | ProfileJob | CellsJob | FirstRowsJob


@dataclass
class Book:
    """A file: its kind, its sheets (name, whether Excel shows its tab), and what cannot be told of such a file."""

    kind: str
    sheets: list[tuple[str, bool]]
    blind_spots: str


@dataclass
class Head:
    """The header of a sheet.

    `encoding` and `delimiter` are those of a text file, found or named; "" of others.
    """

    sheet: str
    header_row: int
    headers: list[tuple[int, str]]
    warnings: list[str] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True)
class Reject:
    """A cell that cannot be loaded: its row in Excel, its place in the plan's columns, why, and its value."""

    row: int
    column: int
    cause: str
    value: str


@dataclass
class Summary:
    """What was read: rows, blank rows, the rejects, and what the good rows' columns add up to (see `app.sheets.prove`).

    `rows` are good and bad ones, `rejected` the bad ones; `rejects` may be fewer than there are bad cells.
    """

    rows: int = 0
    blank_rows: int = 0
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)
    filled: list[int] = field(default_factory=list)
    sums: list[float | int] = field(default_factory=list)
    magnitudes: list[float] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def good(self) -> int:
        """Return how many rows can be loaded."""
        return self.rows - self.rejected


def write_frame(stream: IO[bytes], kind: bytes, payload: bytes = b"") -> None:
    """Write one frame, and flush."""
    stream.write(_PREFIX.pack(kind, len(payload)))
    stream.write(payload)
    stream.flush()


def read_frame(stream: IO[bytes], longest: int) -> tuple[bytes, bytes]:
    """Return kind and payload of the next frame, of at most `longest` bytes.

    Raises:
        EOFError: the other side is gone.
        ValueError: what it says is no frame.
    """
    prefix = stream.read(_PREFIX.size)
    if len(prefix) < _PREFIX.size:
        raise EOFError
    kind, length = _PREFIX.unpack(prefix)
    if kind not in KINDS or length > longest:
        raise ValueError(f"{prefix!r} begins no frame")
    payload = stream.read(length)
    if len(payload) < length:
        raise EOFError
    return kind, payload
