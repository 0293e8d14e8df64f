"""How results are printed: tables and JSON to stdout, times in local time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click

from app.words import UNSEEN, plain

CHANGES = ("inserted", "updated", "deleted")


def as_json(value: Any) -> str:
    """Return `value` as indented JSON, Chinese kept readable, what a terminal would obey escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return UNSEEN.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text)


def say(line: str) -> None:
    """Print a line to stderr, with whatever a terminal would obey made plain."""
    click.echo(plain(line), err=True)


def moment(time: datetime) -> str:
    """Return a time in the operator's zone: `today 14:05` or `2026-11-20 14:05`."""
    local = time.astimezone()
    day = "today" if local.date() == datetime.now().astimezone().date() else f"{local:%Y-%m-%d}"
    return f"{day} {local:%H:%M}"


def clock(seconds: float) -> str:
    """Return how long something took: `0:41`, `1:02:03`."""
    minutes, left = divmod(int(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def progress(done: int | None, total: int | None) -> str:
    """Return how far something is: `9,120 of 20,000 (45 %)`, `9,120`; blank where nobody knows."""
    if done is None:
        return ""
    return f"{done:,} of {total:,} ({done * 100 // total} %)" if total else f"{done:,}"


def rows_summary(rows: dict[str, dict[str, int]]) -> str:
    """Return what a run touched: `48,210 inserted`; tables are named where there are several."""
    parts = [
        f"{count:,} {what}" + (f" ({table})" if len(rows) > 1 else "")
        for table, counts in rows.items()
        for what, count in counts.items()
        if count or not any(counts.values())
    ]
    return ", ".join(parts)


def would_change(rows: dict[str, dict[str, int]]) -> str:
    """Return what a dry run would have touched: `318 would change`; tables are named where there are several."""
    changes = {table: sum(counts.get(what, 0) for what in CHANGES) for table, counts in rows.items()}
    named = [f"{count:,} would change" + (f" ({table})" if len(rows) > 1 else "") for table, count in changes.items()]
    return ", ".join(named)


def print_table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], empty: str, numeric: frozenset[str] = frozenset()
) -> None:
    """Print rows under their headers to stdout; where there are none, say `empty` on stderr.

    Args:
        headers: one name a column.
        rows: cells in column order; each is printed on one line, whatever is in it.
        empty: the sentence for no rows.
        numeric: the headers whose columns are aligned right.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for header in headers:
        table.add_column(
            escape(plain(header).upper()), overflow="fold", justify="right" if header in numeric else "left"
        )
    for row in rows:
        table.add_row(*(escape(plain(cell)) for cell in row))
    if not table.row_count:
        click.echo(empty, err=True)
        return
    console = Console(highlight=False)
    if not console.is_terminal:  # a pipe: no folding at 80 columns
        console = Console(highlight=False, width=10_000)
    console.print(table)
