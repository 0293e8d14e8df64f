"""How a script's run is stopped: by a signal, by somebody who asks, by its time limit."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from app.interrupts import leaves_on_sigterm

PAUSE = "pause"
CANCEL = "cancel"
# Its process is to end, and another one to go on with the run.
LEAVE = "leave"
NAP_S = 0.1
EXPIRES_AGAIN_S = 1.0
STOPPING = b"Stopping after this batch; once more breaks it off.\n"


class Stopped(BaseException):
    """The run stops here, between two batches: nothing that a script catches as an error.

    `what` is PAUSE, CANCEL or LEAVE.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class TimedOut(BaseException):
    """The script took longer than it declared; nothing that a script catches as an error."""


class Stopper:
    """Whether the run should stop, and why.

    Attributes:
        requested: PAUSE, CANCEL or LEAVE as soon as somebody wishes it.
        noticed: what the script was told: by Stopped, or because it asked.
        in_batches: a `batches` loop goes on, which stops by itself; otherwise a signal breaks in at once.
    """

    def __init__(self, asked: Callable[[], str | None]) -> None:
        """`asked` returns what somebody wishes beside signals."""
        self._asked = asked
        self._signalled: str | None = None
        self.noticed: str | None = None
        self.in_batches = False

    @property
    def requested(self) -> str | None:
        """Return PAUSE, CANCEL or LEAVE if the run should stop."""
        return self._signalled or self._asked()

    def check(self) -> None:
        """Raise Stopped if the run should stop."""
        self.noticed = self.requested
        if self.noticed is not None:
            raise Stopped(self.noticed)

    def sleep(self, seconds: float) -> None:
        """Wait, unless the run should stop.

        Raises:
            Stopped: it should.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, NAP_S))

    def catch(self, _number: int, _frame: Any) -> None:
        """Handle a signal: the first lets the batch end, the second breaks it off."""
        if self._signalled is not None or not self.in_batches:
            raise KeyboardInterrupt
        self._signalled = PAUSE


@contextmanager
def signals_caught(stopper: Stopper, timeout: float | None) -> Iterator[None]:
    """Give SIGINT and SIGTERM to `stopper`, and raise TimedOut after `timeout` seconds.

    A SIGTERM that only asks the process to leave is left alone: whoever asks `stopper` what is wished knows of it.
    Outside the main thread, which alone gets signals, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def catch(number: int, frame: Any) -> None:
        stopper.catch(number, frame)
        os.write(2, STOPPING)  # print() may not be called again from inside itself

    def expire(_number: int, _frame: Any) -> None:
        raise TimedOut

    handlers = {signal.SIGINT: catch, signal.SIGTERM: catch, signal.SIGALRM: expire}
    if leaves_on_sigterm():
        del handlers[signal.SIGTERM]
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        if timeout is not None:
            # Again and again: what is raised inside a callback of the interpreter's is lost.
            signal.setitimer(signal.ITIMER_REAL, timeout, EXPIRES_AGAIN_S)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
