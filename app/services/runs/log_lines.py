"""Read a run's log, while it is written as well."""

from __future__ import annotations

import codecs
import socket
import time
from collections.abc import Iterator
from typing import IO

from app.models import Run
from app.services.runs.folders import folder_of
from app.services.runs.queries import get

POLL_S = 0.5
AT_ONCE = 64 * 1024
GOES_ON = ("queued", "running")


def log_lines(run: Run) -> Iterator[str]:
    """Yield the lines of a run's log as it is now, without their ends; none if it has no log."""
    path = folder_of(run.id, run.token).log
    if path.exists():
        with path.open("rb") as file:
            reader = _Reader(file)
            yield from reader.lines()
            yield from reader.rest()


def followed_lines(run: Run) -> Iterator[str]:
    """Yield the lines of a run's log until it has ended; one whose process dies has ended as well."""
    path = folder_of(run.id, run.token).log
    while not path.exists():
        if _ended(run):
            return
        time.sleep(POLL_S)
    with path.open("rb") as file:
        reader = _Reader(file)
        last = False
        while not last:
            last = _ended(run)
            if last:
                time.sleep(POLL_S)  # what was said as it ended
            yield from reader.lines()
            if not last:
                time.sleep(POLL_S)
        yield from reader.rest()


def log_place(run: Run) -> str:
    """Return where a run's log is if it is not here: `ops1`; blank if this is the host on which it ran."""
    return "" if run.host == socket.gethostname() else run.host


def _ended(run: Run) -> bool:
    return get(run.id).state not in GOES_ON


class _Reader:
    """Cuts what has been written to a file so far into lines; keeps one that has not ended yet."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._begun = ""

    def lines(self) -> Iterator[str]:
        """Yield the lines that have ended by now."""
        while chunk := self._file.read(AT_ONCE):
            *ended, self._begun = (self._begun + self._decoder.decode(chunk)).split("\n")
            yield from (line.removesuffix("\r") for line in ended)

    def rest(self) -> Iterator[str]:
        """Yield the line that never ended, if there is one."""
        begun = self._begun + self._decoder.decode(b"", final=True)
        if begun:
            yield begun
