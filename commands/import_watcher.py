"""The import on the terminal: the plan before it, questions, and the bar while it goes on; all on stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from app.words import counted, plain
from commands.output import say
from commands.row_bar import RowBar

if TYPE_CHECKING:
    from app.services.imports import Head, Plan


class TerminalWatcher:
    """Shows an import on stderr, and asks where there is a terminal to answer."""

    def __init__(self, yes: bool) -> None:
        """Ask nothing and agree to everything with `yes`."""
        self._yes = yes
        self._asks = sys.stdin.isatty() and sys.stderr.isatty()
        self._bar = RowBar("Importing")
        self._shown: Any = None  # columns of the sheet before

    def __enter__(self) -> Self:
        """Return the watcher."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar down; after an error it does not stay on the screen."""
        self._bar.stop(stays=error is None)

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

    def replace(self, table: str, rows: int) -> bool:
        """Ask before a table is replaced; without a terminal only `--yes` agrees."""
        from app.errors import Refused

        if self._yes:
            return True
        if not self._asks:
            raise Refused(
                f"Nobody can be asked whether {table}, which has {counted(rows, 'row')}, may be replaced.",
                "Agree beforehand with --yes; see what would go with --dry-run.",
            )
        return click.confirm(
            f"{table} has {counted(rows, 'row')}. Rows that the sheet does not have are deleted. Go on?", err=True
        )

    def cannot_be_undone(self, why: str) -> None:
        """Say so, while it can still be broken off."""
        say(f"Note: this import cannot be undone: {why}.")

    def planned(self, file: str, head: Head, plan: Plan) -> None:
        """Show how the headers map onto the columns; of sheets that follow and are alike, only that they are."""
        alike = (plan.columns, plan.left_out) == self._shown
        self._shown = plan.columns, plan.left_out
        said = f'{file} · sheet "{head.sheet}" · header in row {head.header_row}'
        say(f"{said} · the same columns" if alike else said)
        if alike:
            return
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

    def plan_saved(self, path: Path) -> None:
        """Say where the plan is."""
        say(f"The plan is in {path}: use it with --plan.")

    def loading(self) -> None:
        """Put up the bar."""
        self._bar.start()

    def progress(self, rows: int, share: float) -> None:
        """Move the bar, or print a line now and then."""
        self._bar.move(rows, share)


_HOW = {"comment": "by column comment", "--map": "by --map"}


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese characters take two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
