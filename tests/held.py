"""A process that goes on only while nobody looks: what it has come to is still so when something is done about it."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

GOES_ON_S = 0.05
WITHIN_S = 120


def held_when(process: subprocess.Popen[Any], reached: Callable[[], T | None], rest_s: float = GOES_ON_S) -> T:
    """Stop a process as soon as something is there, and return that; the process stays as it is.

    Until then it goes on for 50 ms and rests for `rest_s` in turns. See `let_go`.
    """
    end = time.monotonic() + WITHIN_S
    while True:
        process.send_signal(signal.SIGSTOP)
        if found := reached():
            return found
        assert time.monotonic() < end, "it did not come to this"
        assert process.poll() is None, "it has ended"
        time.sleep(rest_s)
        let_go(process)
        time.sleep(GOES_ON_S)


def let_go(process: subprocess.Popen[Any]) -> None:
    """Have a process go on, with whatever signal it was sent meanwhile."""
    process.send_signal(signal.SIGCONT)
