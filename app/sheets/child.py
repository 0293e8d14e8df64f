"""The process that reads workbooks: `python -m app.sheets.child MEMORY_MB SECONDS`.

Parsers of strangers' files may hang, eat all memory or abort, so they do it here, within limits. Jobs come in on
stdin, frames go out on stdout (see `app.sheets.frames`).
"""

from __future__ import annotations

import ctypes
import json
import marshal
import os
import pickle
import resource
import signal
import sys
from array import array
from collections.abc import Callable
from dataclasses import asdict
from itertools import chain
from typing import IO, Any

from app.errors import AppError
from app.sheets import frames
from app.sheets.batches import Batches
from app.sheets.cells import Chunk
from app.sheets.encode import encoded
from app.sheets.first_rows import first_rows
from app.sheets.frames import Book, BookJob, CellsJob, ConvertJob, FirstRowsJob, HeadJob, Job, ProfileJob, write_frame
from app.sheets.head import find_head, left_out_positions, sheet_warnings
from app.sheets.inspect.survey import survey
from app.sheets.plain_cells import packed, picked
from app.sheets.problems import PROBLEMS, DamagedFile, RefusedFile
from app.sheets.read.opening import open_workbook
from app.sheets.read.straight import Stored
from app.sheets.read.workbook import Workbook
from app.sheets.straight import StraightRows

PR_SET_PDEATHSIG = 1  # prctl(2): die when the parent does
LONGEST_CAUSE = 300


class Session:
    """One workbook, opened by the first job and kept for those that follow."""

    def __init__(self, out: IO[bytes]) -> None:
        """Answer on `out`."""
        self._out = out
        self._workbook: Workbook | None = None

    def answer(self, job: Job) -> None:
        """Do one job, and send its frames."""
        _ANSWERS[type(job)](self, job)

    def book(self, job: BookJob) -> None:
        """Send the kind of the file, and its sheets."""
        workbook = self._open(job)
        sheets = [(sheet.name, sheet.visible) for sheet in workbook.sheets]
        self._send(frames.BOOK, asdict(Book(workbook.kind, sheets, workbook.blind_spots)))

    def head(self, job: HeadJob) -> None:
        """Send the header of a sheet."""
        self._send(frames.HEAD, asdict(find_head(self._open(job), job)))

    def convert(self, job: ConvertJob) -> None:
        """Send the good rows of a sheet in batches, and the summary; after the first bad one only this, unless told."""
        workbook = self._opened()
        straight = StraightRows(job)
        chunks = workbook.rows(job.plan.sheet, straight)
        first = next(chunks, Chunk([], {}))
        findings = workbook.findings()
        straight.ignored = left_out_positions(job, findings)
        straight.batches = batches = Batches(job, straight.ignored, bool(workbook.encoding))
        rejected = False
        for batch in batches.with_stored(chain([first], chunks), findings.hidden_rows):
            if batches.summary.rejected and not job.goes_on:
                if not rejected:
                    write_frame(self._out, frames.REJECTED)
                rejected = True
                continue
            good = batch if isinstance(batch, Stored) else batch.good()
            if good.numbers:
                rows = good.content if isinstance(good, Stored) else encoded(good, job)
                numbers = array("I", good.numbers).tobytes()
                write_frame(self._out, frames.BATCH, marshal.dumps((numbers, rows, findings.share)))
        batches.summary.warnings = [*sheet_warnings(job, findings), *batches.strays()]
        self._send(frames.END, asdict(batches.summary))

    def profile(self, job: ProfileJob) -> None:
        """Send what a sheet holds, and how many rows have been read while it is read."""

        def progress(rows: int, share: float) -> None:
            write_frame(self._out, frames.READ, json.dumps([rows, share]).encode())

        self._send(frames.END, survey(self._opened(), job, progress).as_dict())

    def cells(self, job: CellsJob) -> None:
        """Send some rows as they stand."""
        for rows in picked(self._opened().rows(job.sheet), job.numbers):
            write_frame(self._out, frames.CELLS, marshal.dumps(packed(rows)))
        self._send(frames.END, {})

    def first_rows(self, job: FirstRowsJob) -> None:
        """Send the first rows as people see them."""
        write_frame(self._out, frames.FIRST, json.dumps(first_rows(self._opened(), job)).encode())

    def _open(self, job: BookJob | HeadJob) -> Workbook:
        if self._workbook is None:
            self._workbook = open_workbook(job.path, job.options, job.limits)
        return self._workbook

    def _opened(self) -> Workbook:
        if self._workbook is None:
            raise DamagedFile("No file is open.")
        return self._workbook

    def _send(self, kind: bytes, value: dict[str, Any]) -> None:
        write_frame(self._out, kind, json.dumps(value).encode())


_ANSWERS: dict[type, Callable[[Session, Any], None]] = {
    BookJob: Session.book,
    HeadJob: Session.head,
    ConvertJob: Session.convert,
    ProfileJob: Session.profile,
    CellsJob: Session.cells,
    FirstRowsJob: Session.first_rows,
}


def main() -> None:
    """Answer jobs until there are no more."""
    memory_mb, seconds = map(int, sys.argv[1:3])
    _limit(memory_mb << 20, seconds)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a native parser prints is no frame
    session = Session(out)
    while True:
        try:
            job = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
        except EOFError:
            return
        try:
            session.answer(job)
        except BrokenPipeError:
            return
        except BaseException as error:  # noqa: BLE001 - a panic of a native parser is a BaseException
            problem = _problem(error, memory_mb)
            kind = next((name for name, known in PROBLEMS.items() if type(problem) is known), "Failed")
            write_frame(out, frames.PROBLEM, json.dumps([kind, problem.message, problem.hint]).encode())


def _problem(error: BaseException, memory_mb: int) -> AppError:
    if isinstance(error, AppError):
        return error
    if isinstance(error, MemoryError):
        return RefusedFile(
            f"The file needs more than {memory_mb} MiB of memory to read.", "The limit is IMPORT_MEMORY_MB, in .env."
        )
    if isinstance(error, OSError) and error.filename:
        return AppError(f"{error.filename}: {error.strerror}")
    cause = " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_CAUSE]  # of a panic, it has many lines
    return DamagedFile(f"The file is damaged or of an unknown make ({cause}).", "Save it anew in Excel as xlsx.")


def _limit(memory: int, seconds: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides
    for kind, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        hard = resource.getrlimit(kind)[1]  # which nobody may raise
        least = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (least, least))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
