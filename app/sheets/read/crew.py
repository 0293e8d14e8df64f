"""Processes that work on pieces of a sheet, forked from the one that reads it."""

from __future__ import annotations

import ctypes
import gc
import os
import queue
import signal
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

PR_SET_PDEATHSIG = 1  # prctl(2): die when the parent does
MEMBERS = 2
AHEAD = 3  # pieces that each member has at a time
FAIR_TRIAL = 16  # pieces
_LENGTH = struct.Struct("<q")
_NOTHING = -1

Work = Callable[[bytes], bytes | None]


class Crew:
    """Some processes that do the same work. Where one fails or dies, its pieces come back as they are."""

    def __init__(self, work: Work, members: int = MEMBERS) -> None:
        """Fork the members; `work` returns None for a piece that it leaves to others, as if it had raised an error.

        Where there is no room for that many processes and threads, there are no members, and all pieces are left.
        """
        gc.freeze()  # what is there now is shared with the members as long as nobody writes to it
        self._members: list[_Member] = []
        try:
            for _ in range(members):
                self._members.append(_Member(work))
            for member in self._members:
                member.start()
        except (OSError, RuntimeError, MemoryError):
            self.close()
        self._pending: deque[tuple[bytes, _Member | None]] = deque()
        self._taken = self._left = 0

    def results(self, pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bytes | None]]:
        """Yield every piece with what has become of it, None where it was left, in their order.

        When most are left, the crew gets no more of them.
        """
        for piece in pieces:
            is_worth_it = self._members and self._left * 2 <= max(self._taken, FAIR_TRIAL)
            member = min(self._members, key=lambda member: member.load) if is_worth_it else None
            if member is not None:
                member.send(piece)
            self._pending.append((piece, member))
            if len(self._pending) >= AHEAD * len(self._members):
                yield self._next()
        while self._pending:
            yield self._next()

    def unused(self) -> bytes:
        """Return the pieces that were taken and not yielded."""
        return b"".join(piece for piece, _ in self._pending)

    def close(self) -> None:
        """End all members."""
        for member in self._members:
            member.end()
        self._members.clear()
        gc.unfreeze()

    def _next(self) -> tuple[bytes, bytes | None]:
        piece, member = self._pending.popleft()
        result = member.receive(len(piece)) if member is not None else None
        self._taken += 1
        self._left += result is None
        return piece, result


class _Member:
    """A forked process, and the thread that feeds it, so that nobody waits for it while it waits with a result.

    `load` is how many bytes it has been given whose results have not been taken.
    """

    def __init__(self, work: Work) -> None:
        theirs, mine = os.pipe()
        results, answers = os.pipe()
        parent = os.getpid()
        self.load = 0
        try:
            self._pid = os.fork()
        except OSError:
            for descriptor in (theirs, mine, results, answers):
                os.close(descriptor)
            raise
        if not self._pid:
            try:
                _become_member(parent, {theirs, answers})
                _serve(work, theirs, answers)
            finally:
                os._exit(0)
        os.close(theirs)
        os.close(answers)
        self._pieces: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._mine = mine
        self._results = os.fdopen(results, "rb")
        self._feeder = threading.Thread(target=self._feed, daemon=True)

    def start(self) -> None:
        """Begin to feed it; when all members are there, for processes with threads should not fork."""
        self._feeder.start()

    def send(self, piece: bytes) -> None:
        """Let it work on a piece."""
        self.load += len(piece)
        self._pieces.put(piece)

    def receive(self, size: int) -> bytes | None:
        """Return the next result, of so many bytes; None where there is none, or nobody any more who has it."""
        self.load -= size
        prefix = self._results.read(_LENGTH.size)
        length = _LENGTH.unpack(prefix)[0] if len(prefix) == _LENGTH.size else _NOTHING
        if length == _NOTHING:
            return None
        result = self._results.read(length)
        return result if len(result) == length else None

    def end(self) -> None:
        """End it, whatever it does."""
        os.kill(self._pid, signal.SIGKILL)
        self._pieces.put(None)
        if self._feeder.ident is None:
            os.close(self._mine)
        else:
            self._feeder.join()
        os.waitpid(self._pid, 0)
        self._results.close()

    def _feed(self) -> None:
        """Write the pieces."""
        with suppress(BrokenPipeError):
            while (piece := self._pieces.get()) is not None:
                _write(self._mine, _LENGTH.pack(len(piece)))
                _write(self._mine, piece)
        os.close(self._mine)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _become_member(parent: int, kept: set[int]) -> None:
    """Hold nothing open that others wait for the end of, and do not outlive the parent."""
    gc.disable()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    first = 0
    for descriptor in sorted({2, *kept}):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))


def _serve(work: Work, theirs: int, answers: int) -> None:
    """Work on pieces until there are no more."""
    with os.fdopen(theirs, "rb") as pieces, os.fdopen(answers, "wb") as stream:
        while prefix := pieces.read(_LENGTH.size):
            piece = pieces.read(_LENGTH.unpack(prefix)[0])
            try:
                result = work(piece)
            except Exception:  # noqa: BLE001 - the parent works on it again, and meets whatever it is
                result = None
            stream.write(_LENGTH.pack(_NOTHING if result is None else len(result)))
            stream.write(result or b"")
            stream.flush()
