"""A signal waits until what must not be broken off has ended."""

from __future__ import annotations

import signal
import threading

import pytest

from app.interrupts import uninterrupted


def test_a_signal_inside_takes_effect_afterwards() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), uninterrupted():
        signal.raise_signal(signal.SIGINT)
        done.append("to the end")
    assert done == ["to the end"]


def test_without_a_signal_the_handlers_are_as_they_were() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with uninterrupted():
        assert signal.getsignal(signal.SIGINT) is not before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_other_threads_are_let_through() -> None:
    reached = []

    def work() -> None:
        with uninterrupted():
            reached.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert reached == [True]
