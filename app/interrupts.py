"""Ctrl-C, SIGTERM and a time limit, held back while something must not be broken off."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let what stands inside end before a signal that comes meanwhile takes effect.

    Handlers are swapped, not masked: with other threads about, a masked signal reaches the main thread all the same.
    Outside the main thread, which alone is interrupted, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pending: list[int] = []
    before = {number: signal.signal(number, lambda caught, _frame: pending.append(caught)) for number in HELD}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if pending:
            signal.raise_signal(pending[0])
