"""What the real reading process makes of a file, within the limits that a hostile file must be borne in."""

from __future__ import annotations

import os
import re
import resource
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from app.errors import AppError
from app.sheets.frames import COLUMNS, ConvertJob, Head
from app.sheets.plan import MappedColumn, Plan
from app.sheets.process import Limits, Reader
from app.sheets.table import Column, Table
from tests.fuzz.samples import Rows

# Of the processor; on the clock it takes longer where others keep the machine busy.
SECONDS = 10
LIMITS = Limits(memory_mb=256, seconds=6 * SECONDS)
# The name of the file, then a sentence or more on one line that does not begin with the name of an exception.
CLEAR = re.compile(r"[^\s:]+: (?!\w+(?:Error|Exception)\b)\w[^\n]{15,998}(?<!: )[.?]")


@dataclass(frozen=True)
class Outcome:
    """The rows of a file, or the error that it ended in; and how many seconds of the processor that took."""

    rows: Rows | None
    error: AppError | None
    seconds: float

    def is_clear(self) -> bool:
        """Tell whether it ended in time, in rows or in an error that says something to a user."""
        message = str(self.error or "")
        return self.seconds < SECONDS and (
            self.error is None or (CLEAR.fullmatch(message) is not None and "Traceback" not in message)
        )


class Readings:
    """Reads files one after the other, in one process as long as that lives. Use it in a `with`."""

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        """Read what will stand at `path`."""
        self._path = path
        self._limits = limits
        self._reader: Reader | None = None

    def __enter__(self) -> Self:
        """Return the readings."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self._close()

    def of(self, data: bytes) -> Outcome:
        """Return what comes of a file with these bytes."""
        self._path.unlink(missing_ok=True)
        self._path.write_bytes(data)
        if self._reader is None:
            self._reader = Reader(self._path, self._limits)
        before = _processor_seconds(self._reader)
        try:
            rows, error = all_rows(self._reader), None
        except AppError as problem:
            rows, error = None, problem
        took = _processor_seconds(self._reader) - before
        if self._reader._process.poll() is not None:
            self._close()
        return Outcome(rows, error, took)

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def _processor_seconds(reader: Reader) -> float:
    """Return the processor time of all children that were waited for, and of the reading process if it was not."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + _of_child(reader._process.pid)


def _of_child(pid: int) -> float:
    """Return the processor time of a child, 0 if it was waited for (proc_pid_stat(5): utime and stime)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def all_rows(reader: Reader) -> Rows:
    """Return the texts of a sheet's header and of all rows below it; a cell that is rejected is its reason in [].

    Rows are given where there is no reject, as an import is; with rejects, only those are.

    Raises:
        AppError: the file cannot be read.
    """
    head = reader.head(None, None)
    rows: Rows = {head.header_row: tuple(text for _, text in head.headers)}
    for batch in reader.batches(ConvertJob(_plan(head), COLUMNS)):
        rows.update(zip(batch.numbers, zip(*batch.rows, strict=True), strict=True))
    assert reader.summary is not None
    for reject in reader.summary.rejects:
        rows[reject.row] = (f"[{reject.cause}]",)
    return rows


def _plan(head: Head) -> Plan:
    columns = tuple(Column(f"c{place}", "text", "text") for place, _ in head.headers)
    mapped = tuple(
        MappedColumn(place, column.name, column, "name")
        for (place, _), column in zip(head.headers, columns, strict=True)
    )
    return Plan(head.sheet, head.header_row, Table("t", columns), mapped)
