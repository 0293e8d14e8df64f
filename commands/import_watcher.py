"""The import on the terminal: the plan before it, questions, and the bar while it goes on; all on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from app.words import counted, plain
from commands.output import say

if TYPE_CHECKING:
    from app.services.imports import Head, Plan

LINE_EVERY_S = 5.0  # without a terminal a line now and then stands for the bar


class TerminalWatcher:
    """Shows an import on stderr, and asks where there is a terminal to answer."""

    def __init__(self, yes: bool) -> None:
        """Ask nothing and agree to everything with `yes`."""
        self._yes = yes
        self._asks = sys.stdin.isatty() and sys.stderr.isatty()
        self._bar: Any = None
        self._task: Any = None
        self._last_line = time.monotonic()

    def __enter__(self) -> Self:
        """Return the watcher."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar down; after an error it does not stay on the screen."""
        if self._bar is not None:
            self._bar.live.transient = error is not None
            self._bar.stop()

    def leave_out(self, headers: list[str]) -> bool:
        """Ask about headers that fit no column; without a terminal they are an error. `--yes` is no answer to this."""
        names = ", ".join(f'"{plain(header)}"' for header in headers)
        return self._asks and click.confirm(f"Not in the table: {names}. Leave out?", err=True)

    def create(self, table: str, columns: Sequence[tuple[str, str]], head: Head, rows: int) -> bool:
        """Show the table that would be made, and ask; without a terminal only `--yes` agrees."""
        from app.errors import Refused

        say(f'New table {table} for sheet "{head.sheet}", {counted(rows, "row")}:')
        width = max(_width(name) for name, _ in columns)
        for name, kind in columns:
            say(f"  {name}{' ' * (width - _width(name))}  {kind}")
        if self._yes:
            return True
        if not self._asks:
            raise Refused("Nobody can be asked whether to make this table.", "Agree beforehand with --yes.")
        return click.confirm("Make it and import?", err=True)

    def planned(self, file: Path, head: Head, plan: Plan) -> None:
        """Show how the headers map onto the columns."""
        rows = "" if head.rows is None else f" · {counted(head.rows, 'row')}"
        say(f'{file.name} · sheet "{head.sheet}" · header in row {head.header_row}{rows}')
        keys = {name for key in plan.table.keys for name in key.columns}
        lines = [
            (
                mapped.header,
                mapped.column.name,
                mapped.column.sql_type,
                ", ".join(
                    part for part in ("key" if mapped.column.name in keys else "", _HOW.get(mapped.how, "")) if part
                ),
            )
            for mapped in plan.columns
        ]
        widths = [max(_width(line[place]) for line in lines) for place in range(3)]
        for line in lines:
            header, name, kind = (
                text + " " * (width - _width(text)) for text, width in zip(line[:3], widths, strict=True)
            )
            say(f"  {header} → {name}  {kind}  {line[3]}".rstrip())
        for _, header in plan.left_out:
            say(f"  {header} (left out)")

    def loading(self, rows: int | None) -> None:
        """Put up the bar."""
        if not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("Importing"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.completed:,} rows"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task("Importing", total=rows, rate="")
        self._bar.start()

    def progress(self, rows: int) -> None:
        """Move the bar, or print a line now and then."""
        if self._bar is not None:
            task = self._bar.tasks[0]
            rate = f"{rows / task.elapsed:,.0f}/s" if task.elapsed else ""
            self._bar.update(self._task, completed=rows, rate=rate)
        elif time.monotonic() - self._last_line > LINE_EVERY_S:
            self._last_line = time.monotonic()
            say(f"Importing: {rows:,} rows")


_HOW = {"comment": "by column comment", "--map": "by --map"}


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese characters take two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
