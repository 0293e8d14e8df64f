"""The parent's side of the reading process: start it, ask it, and outlive it whatever happens to it."""

from __future__ import annotations

import json
import marshal
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from app.config import ROOT
from app.errors import AppError, Failed
from app.sheets import frames
from app.sheets.cells import Chunk
from app.sheets.first_rows import ShownCell, ShownRow
from app.sheets.frames import (
    Book,
    BookJob,
    CellsJob,
    ConvertJob,
    FirstRowsJob,
    Head,
    HeadJob,
    Job,
    ProfileJob,
    Reject,
    Summary,
)
from app.sheets.inspect.survey import Survey
from app.sheets.plain_cells import unpacked
from app.sheets.problems import PROBLEMS, DamagedFile, RefusedFile
from app.sheets.read.limits import DEFAULT_LIMITS, ReadLimits
from app.sheets.read.options import FOUND, ReadOptions

# glibc would take 64 MiB of the address space, which is limited, for each thread (mallopt(3)).
CHILD_SETTINGS = {"PYTHONPATH": str(ROOT), "MALLOC_ARENA_MAX": "1"}
SECONDS_TO_DIE = 2  # for a process that has closed its output
# What a process that starts in too little memory says last.
OUT_OF_MEMORY = ("MemoryError", "SystemError", "memory", "Cannot allocate")
LAST_WORDS = 2000  # bytes of the child's stderr that are worth showing

T = TypeVar("T")
# Told now and then how many rows have been read, and what share of the sheet, from 0 to 1.
Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Limits:
    """What a reading process may use: address space in MiB, seconds of wall time; and what its file may hold."""

    memory_mb: int
    seconds: int
    file: ReadLimits = DEFAULT_LIMITS


@dataclass(frozen=True)
class RowBatch:
    """Rows on their way into a table: their numbers in Excel, and the rows as the job's sink has them.

    `share` is how much of the sheet has been read with them, from 0 to 1.
    """

    numbers: array[int]
    rows: Any
    share: float


class Reader:
    """A workbook, read by a process of its own. Use it in a `with`: the process ends with it.

    A job that comes after `close` starts another process.
    """

    def __init__(
        self, path: Path, limits: Limits, options: ReadOptions = FOUND, before: Callable[[Reader], None] | None = None
    ) -> None:
        """Start the process; the file is opened by the first job.

        Args:
            before: called before each job; then the process is started by `start`, or the first job.
        """
        self.path = path
        self.name = options.name_of(path)
        self.summary: Summary | None = None
        self._limits = limits
        self._options = options
        self._before = before
        self._process: subprocess.Popen[bytes] | None = None
        if before is None:
            self.start()

    def __enter__(self) -> Self:
        """Return the reader."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def book(self) -> Book:
        """Return the kind of the file, and its sheets.

        Raises:
            NotASpreadsheet, DamagedFile, EncryptedFile, RefusedFile: what is wrong with it.
        """
        self._ask(BookJob(self.path, self._options, self._limits.file))
        return self._decoded(_book, self._answer(frames.BOOK))

    def head(self, sheet: str | None, header_row: int | None, skip_hidden: bool = False) -> Head:
        """Return the header of a sheet.

        Raises:
            NotASpreadsheet, DamagedFile, EncryptedFile, RefusedFile, NoSuchSheet, EmptySheet: what is wrong with it.
        """
        self._ask(HeadJob(self.path, sheet, header_row, skip_hidden, self._options, self._limits.file))
        return self._decoded(_head, self._answer(frames.HEAD))

    def profile(self, job: ProfileJob, progress: Progress = lambda _rows, _share: None) -> Survey:
        """Return what a sheet holds; `progress` is told how many rows have been read, and what share of the sheet."""
        self._ask(job)
        while True:
            kind, payload = self._frame()
            if kind == frames.END:
                return self._decoded(_survey, payload)
            if kind != frames.READ:
                raise self._rubbish(f"{kind!r} instead of {frames.READ!r}")
            progress(*self._decoded(_read, payload))

    def batches(self, job: ConvertJob) -> Iterator[RowBatch]:
        """Yield the converted rows of a sheet; when they end, `summary` says what was read.

        After the first row that cannot be loaded none are yielded: they would not be kept.
        """
        self.summary = None
        self._begin(job)
        while True:
            kind, payload = self._frame()
            if kind == frames.END:
                self._reading = False
                self.summary = self._decoded(_summary, payload)
                return
            if kind == frames.BATCH:
                yield self._decoded(_columns_batch if job.sink == frames.COLUMNS else _row_batch, payload)

    def cells(self, job: CellsJob) -> Iterator[Chunk]:
        """Yield some rows of a sheet as they stand, in the order of the file; `summary` stays what it is."""
        self._begin(job)
        while True:
            kind, payload = self._frame()
            if kind == frames.END:
                self._reading = False
                return
            if kind != frames.CELLS:
                raise self._rubbish(f"{kind!r} instead of {frames.CELLS!r}")
            yield self._decoded(_cells, payload)

    def first_rows(self, job: FirstRowsJob) -> list[ShownRow]:
        """Return the first rows of a sheet as people see them."""
        self._ask(job)
        return self._decoded(_first_rows, self._answer(frames.FIRST))

    def close(self) -> None:
        """End the process at once, if there is one."""
        if self._process is None:
            return
        self._watchdog.cancel()
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._stderr):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue
        self._process = None

    def start(self) -> subprocess.Popen[bytes]:
        """Start a process, which has not opened the file yet."""
        limits = self._limits
        self._timed_out = False
        self._opened = False
        self._reading = False  # rows are on their way that nobody has taken
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "app.sheets.child", str(limits.memory_mb), str(limits.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={**os.environ, **CHILD_SETTINGS},
        )
        self._watchdog = threading.Timer(limits.seconds, self._time_out)
        self._watchdog.daemon = True
        self._watchdog.start()
        return self._process

    def _begin(self, job: Job) -> None:
        """Ask for rows."""
        self._ask(job)
        self._reading = True

    def _ask(self, job: Job) -> None:
        if self._before is not None:
            self._before(self)
        process = self._process or self.start()
        assert process.stdin is not None  # noqa: S101 - opened as a pipe above
        while self._reading:  # whoever asked last broke off, and left the rest of the rows behind
            self._reading = self._frame()[0] != frames.END
        opens = isinstance(job, BookJob | HeadJob)
        if not self._opened and not opens:
            self.book()
        self._opened = self._opened or opens
        try:
            pickle.dump(job, process.stdin)
            process.stdin.flush()
        except BrokenPipeError:
            raise self._death() from None

    def _answer(self, expected: bytes) -> bytes:
        kind, payload = self._frame()
        if kind != expected:
            raise self._rubbish(f"{kind!r} instead of {expected!r}")
        return payload

    def _decoded(self, decode: Callable[[bytes], T], payload: bytes) -> T:
        try:
            return decode(payload)
        except (ValueError, TypeError, KeyError, EOFError) as error:
            raise self._rubbish(f"{payload[:20]!r}, {type(error).__name__}") from None

    def _rubbish(self, what: str) -> AppError:
        return Failed(f"{self.name}: the reading process answered what nobody understands ({what}).")

    def _frame(self) -> tuple[bytes, bytes]:
        assert self._process is not None and self._process.stdout is not None  # noqa: S101, PT018 - see _ask
        try:
            kind, payload = frames.read_frame(self._process.stdout, self._limits.memory_mb << 20)
        except EOFError:
            raise self._death() from None
        except ValueError as error:
            raise self._rubbish(str(error)) from None
        if kind == frames.PROBLEM:
            self._reading = False
            name, message, hint = self._decoded(_problem, payload)
            raise PROBLEMS.get(name, Failed)(f"{self.name}: {message}", hint)
        return kind, payload

    def _death(self) -> AppError:
        """Return the error for a process that ended without an answer."""
        name = self.name
        assert self._process is not None  # noqa: S101 - it was asked
        try:
            status = self._process.wait(SECONDS_TO_DIE)
        except subprocess.TimeoutExpired:
            return Failed(f"{name}: the reading process answers no more.")
        if self._timed_out or status == -signal.SIGXCPU:
            return RefusedFile(
                f"{name}: reading took longer than {self._limits.seconds} s.", "The limit is IMPORT_TIMEOUT_S, in .env."
            )
        words = self._last_words()
        if status == -signal.SIGKILL:
            return Failed(f"{name}: the reading process was killed.", "Was the machine out of memory?")
        if status == -signal.SIGABRT or any(sign in words for sign in OUT_OF_MEMORY):
            return RefusedFile(
                f"{name}: the file needs more than {self._limits.memory_mb} MiB of memory to read, or is made to.",
                "The limit is IMPORT_MEMORY_MB, in .env.",
            )
        last = words.strip().splitlines()[-1:] or [f"status {status}"]
        return DamagedFile(f"{name}: the reading process died on this file ({last[0][:200]}).")

    def _last_words(self) -> str:
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(size - LAST_WORDS, 0))
        return self._stderr.read().decode(errors="replace")

    def _time_out(self) -> None:
        self._timed_out = True
        process = self._process
        if process is not None:
            process.kill()


def _book(payload: bytes) -> Book:
    book = Book(**json.loads(payload))
    book.sheets = [(name, visible) for name, visible in book.sheets]
    return book


def _head(payload: bytes) -> Head:
    head = Head(**json.loads(payload))
    head.headers = [(position, text) for position, text in head.headers]
    return head


def _row_batch(payload: bytes) -> RowBatch:
    numbers, rows, share = marshal.loads(payload)  # noqa: S302 - plain values only; see app.sheets.frames
    return RowBatch(array("I", numbers), rows, float(share))


def _columns_batch(payload: bytes) -> RowBatch:
    batch = _row_batch(payload)
    return replace(batch, rows=marshal.loads(batch.rows))  # noqa: S302 - plain values only; see app.sheets.frames


def _cells(payload: bytes) -> Chunk:
    return unpacked(marshal.loads(payload))  # noqa: S302 - plain values only; see app.sheets.frames


def _read(payload: bytes) -> tuple[int, float]:
    rows, share = json.loads(payload)
    return int(rows), float(share)


def _first_rows(payload: bytes) -> list[ShownRow]:
    return [
        (int(number), [ShownCell(str(kind), str(text)) for kind, text in cells])
        for number, cells in json.loads(payload)
    ]


def _summary(payload: bytes) -> Summary:
    answer = json.loads(payload)
    summary = Summary(**answer)
    summary.rejects = [Reject(**reject) for reject in answer["rejects"]]
    return summary


def _survey(payload: bytes) -> Survey:
    return Survey.of(json.loads(payload))


def _problem(payload: bytes) -> tuple[str, str, str]:
    name, message, hint = json.loads(payload)
    return name, message, hint
