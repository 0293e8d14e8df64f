"""On which terms a script runs: what its operator and its declaration say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.runner.cursor import Key
from app.runner.script import Pause


@dataclass(frozen=True)
class Terms:
    """The terms of one run.

    Attributes:
        dry_run: roll everything back at the end.
        max_rows: the most row changes, counted over the whole run; None: any number.
        throttle: the most items a second; None: as fast as it goes.
        pauses: what to wait for between batches.
        hide: takes the secrets of the run's arguments out of a text.
        failed: for each step, the only keys to go through; None: all items.
    """

    dry_run: bool = False
    max_rows: int | None = None
    throttle: float | None = None
    pauses: Sequence[Pause] = ()
    hide: Callable[[str], str] = str
    failed: Mapping[int, Sequence[Key]] | None = None


class Record(Protocol):
    """What the runner tells the ledger of a run that goes on, and is told."""

    id: int
    rows: dict[str, dict[str, int]]
    committed: bool
    done: int | None
    total: int | None
    asked: str | None
    lock_lost: bool

    def tell_changing(self, tables: Collection[str]) -> None:
        """Take note that rows of these tables are about to be committed; UNKNOWN of `RowCounter` is among the names."""
        ...

    def tell_changed(self, tables: Collection[str]) -> None:
        """Take note that they were."""
        ...


Parameters = dict[str, Any]
