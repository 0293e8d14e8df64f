"""Read a run's log, while it is written as well."""

from __future__ import annotations

import codecs
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from app.models import Run
from app.models.run import GOES_ON
from app.runner import locks
from app.services import store
from app.services.runs.files import log_of
from app.services.runs.folders import folder_of
from app.services.runs.queries import get
from app.services.store import StoreFails
from app.services.transactions import reading

POLL_S = 0.5
# Where a log may come from the store: how often that is asked, and how long for the end of a log.
STORE_POLL_S = 2.0
SENT_WITHIN_S = 30.0
AT_ONCE = 64 * 1024


def log_lines(run: Run) -> Iterator[str]:
    """Yield the lines of a run's log as it is now, without their ends; none if it has no log."""
    reader = _Reader()
    yield from reader.lines(log_of(run))
    yield from reader.rest()


def followed_lines(run: Run) -> Iterator[str]:
    """Yield the lines of a run's log until it has ended; one whose process dies has ended as well."""
    reader, ended = _Reader(), False
    while not ended:
        ended = _ended(run)
        if ended:
            _wait_for_the_last(get(run.id))
        yield from reader.lines(_log_now(run))
        if not ended:
            time.sleep(STORE_POLL_S if store.is_set() else POLL_S)
    yield from reader.rest()


def log_place(run: Run) -> str:
    """Return where a run's log is if it is not here: `ops1`; blank if this is the host on which it ran."""
    return "" if run.host == socket.gethostname() else run.host


def _ended(run: Run) -> bool:
    return get(run.id).state not in GOES_ON


def _log_now(run: Run) -> Path:
    """Return the path of a log; of one that is elsewhere as it was when the store answered last."""
    with suppress(StoreFails):
        return log_of(run)
    return folder_of(run.id, run.token).log


def _wait_for_the_last(run: Run) -> None:
    """Wait for what is said as a run ends. Its process has sent that to the store when it lets the run's lock go."""
    time.sleep(POLL_S)
    deadline = time.monotonic() + SENT_WITHIN_S
    while store.is_set() and run.lock_name and time.monotonic() < deadline:
        with reading() as session:
            if locks.is_free(session.connection(), run.lock_name):
                return
        time.sleep(POLL_S)


class _Reader:
    """Cuts what has been written to a file so far into lines; keeps one that has not ended yet.

    The file is opened anew each time: one that is brought here takes the place of the one that was.
    """

    def __init__(self) -> None:
        self._read = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._begun = ""

    def lines(self, path: Path) -> Iterator[str]:
        """Yield the lines that have ended by now; none of a file that is not there."""
        with suppress(FileNotFoundError), path.open("rb") as file:
            file.seek(self._read)
            while chunk := file.read(AT_ONCE):
                self._read += len(chunk)
                *ended, self._begun = (self._begun + self._decoder.decode(chunk)).split("\n")
                yield from (line.removesuffix("\r") for line in ended)

    def rest(self) -> Iterator[str]:
        """Yield the line that never ended, if there is one."""
        begun = self._begun + self._decoder.decode(b"", final=True)
        if begun:
            yield begun
