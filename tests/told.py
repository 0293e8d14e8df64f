"""Hear what the application's signals say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from blinker import NamedSignal
from flask import Flask

from app import signals

Told = list[tuple[str, dict[str, Any]]]


@contextmanager
def hearing(app: Flask, *wanted: NamedSignal) -> Iterator[Told]:
    """Give a list that grows with what is sent meanwhile, each by its signal's name; all signals by default."""
    told: Told = []
    with ExitStack() as stack:
        for signal in wanted or signals.ALL:
            stack.enter_context(signal.connected_to(_into(told, signal.name), sender=app))
        yield told


def _into(told: Told, name: str) -> Any:
    def hear(_app: Flask, **arguments: Any) -> None:
        told.append((name, arguments))

    return hear
