"""Ctrl-C, SIGTERM and a time limit: held back while something must not be broken off; SIGTERM from within.

A process of the queue does not end by SIGTERM at once: it leaves what it can, to be gone on with elsewhere, and ends
the rest first.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

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


@dataclass
class _Sigterm:
    """What SIGTERM means to this process: `leaves` if it only asks it to leave, which is `wanted` from then on."""

    leaves: bool = False
    wanted: bool = False
    from_within: bool = False


_sigterm = _Sigterm()


@contextmanager
def leaving_on_sigterm() -> Iterator[None]:
    """Have a SIGTERM from outside only ask this process to leave, while what stands inside goes on: see `leaving`.

    Outside the main thread, and inside another one of these, this does nothing.
    """
    if _sigterm.leaves or threading.current_thread() is not threading.main_thread():
        yield
        return

    def note(_number: int, _frame: Any) -> None:
        if _sigterm.from_within:
            _sigterm.from_within = False
            raise KeyboardInterrupt
        _sigterm.wanted = True

    before = signal.signal(signal.SIGTERM, note)
    _sigterm.leaves, _sigterm.wanted, _sigterm.from_within = True, False, False
    try:
        yield
    finally:
        _sigterm.leaves = _sigterm.wanted = False
        signal.signal(signal.SIGTERM, before)


def leaves_on_sigterm() -> bool:
    """Tell whether SIGTERM only asks this process to leave."""
    return _sigterm.leaves


def leaving() -> bool:
    """Tell whether this process is to end as soon as it can without breaking anything off."""
    return _sigterm.wanted


def interrupt() -> None:
    """Give the main thread the SIGTERM that somebody outside might send; nothing, where none of ours handles it."""
    main = threading.main_thread().ident
    if callable(signal.getsignal(signal.SIGTERM)) and main is not None:
        _sigterm.from_within = True
        signal.pthread_kill(main, signal.SIGTERM)  # a blocking call of that thread ends, too
