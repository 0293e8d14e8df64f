"""What a query gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.sheets.table import Column

BATCH = 1000


@dataclass(frozen=True)
class Result:
    """The columns of a query, and its rows.

    Attributes:
        names: of the columns, as the database gives them.
        columns: what the database says of each; None where it says nothing.
        batches: the rows in their order, `BATCH` at a time.
    """

    names: tuple[str, ...]
    columns: tuple[Column | None, ...]
    batches: Iterator[Sequence[Sequence[Any]]]
