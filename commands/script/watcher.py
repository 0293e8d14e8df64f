"""A script's run on the terminal: a line before it, a bar while it goes on; all on stderr."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.words import counted, plain
from commands.output import say

if TYPE_CHECKING:
    from app.services.runs import OpenRun

TICK_S = 0.2
LINE_EVERY_S = 5.0


class TerminalObserver:
    """Shows a run on stderr."""

    def __init__(self, retired: bool = False) -> None:
        """`retired`: say that the script is."""
        self._retired = retired

    def note(self, sentence: str) -> None:
        """Print a sentence."""
        say(sentence)

    @contextmanager
    def watching(self, run: OpenRun, name: str, owner: str, dry_run: bool) -> Iterator[None]:
        """Print what runs where; while what stands inside goes on, a bar, or without a terminal a line now and then."""
        from app.services.failures import where

        parts = [name, *(["retired"] if self._retired else []), f"owner {owner}", f"run {run.id}"]
        say(" · ".join([*parts, f"{'dry run against' if dry_run else 'on'} {where()}"]))
        with _bar(name) if sys.stderr.isatty() else _lines(name) as show, _ticking(run, show):
            yield


@contextmanager
def _ticking(run: OpenRun, show: Callable[[OpenRun], None]) -> Iterator[None]:
    """Show the run every now and then, from a thread, and at the end."""
    ended = threading.Event()

    def tick() -> None:
        while not ended.wait(TICK_S):
            show(run)

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        show(run)


@contextmanager
def _lines(name: str) -> Iterator[Callable[[OpenRun], None]]:
    """Give what prints a line, if the last one is some seconds old."""
    last = time.monotonic()

    def show(run: OpenRun) -> None:
        nonlocal last
        if run.done is not None and time.monotonic() - last > LINE_EVERY_S:
            last = time.monotonic()
            of = "" if run.total is None else f" of {run.total:,}"
            say(f"{name}: {counted(run.done, 'item')}{of}")

    yield show


@contextmanager
def _bar(name: str) -> Iterator[Callable[[OpenRun], None]]:
    """Give what moves a bar; it shows as soon as the run counts items, and what is printed stands above it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.completed:,} items"),
        TimeRemainingColumn(),
        # This moment's stderr: what is printed from now on also goes into the log, which a bar must not.
        console=Console(file=sys.stderr),
        redirect_stdout=sys.stdout.isatty(),
    )
    task = bar.add_task(plain(name), total=None, visible=False)

    def show(run: OpenRun) -> None:
        bar.update(task, total=run.total, completed=run.done or 0, visible=run.done is not None)

    with bar:
        yield show
