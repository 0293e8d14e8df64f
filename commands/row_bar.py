"""A bar of rows on stderr; where that is no terminal, a line now and then."""

from __future__ import annotations

import sys
import time
from typing import Any

from commands.output import say

LINE_EVERY_S = 5.0


class RowBar:
    """Shows how many rows are done. `verb` says what is done with them, as "Importing"."""

    def __init__(self, verb: str) -> None:
        """Show nothing yet."""
        self._verb = verb
        self._bar: Any = None
        self._task: Any = None
        self._last_line = time.monotonic()

    def start(self) -> None:
        """Put up the bar."""
        if not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn(self._verb),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rows]:,} rows"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task(self._verb, total=1.0, rows=0, rate="")
        self._bar.start()

    def move(self, rows: int, share: float | None) -> None:
        """Move the bar to that many rows, or print a line now and then.

        Args:
            share: how much of all that is, from 0 to 1; None where nobody knows.
        """
        if self._bar is not None:
            task = self._bar.tasks[0]
            rate = f"{rows / task.elapsed:,.0f}/s" if task.elapsed else ""
            total, done = (None, None) if share is None else (1.0, share)
            self._bar.update(self._task, total=total, completed=done, rows=rows, rate=rate)
        elif time.monotonic() - self._last_line > LINE_EVERY_S:
            self._last_line = time.monotonic()
            say(f"{self._verb}: {rows:,} rows" + ("" if share is None else f", {share:.0%}"))

    def stop(self, stays: bool) -> None:
        """Take the bar down; it stays on the screen as it is, or goes."""
        if self._bar is not None:
            self._bar.live.transient = not stays
            self._bar.stop()
            self._bar = None
