"""What a sheet tells beside its cells."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_NAMED = 5  # merged areas


@dataclass
class Findings:
    """What a sheet tells beside its cells; complete when its last row has been read.

    `share` is how much of the sheet has been read, from 0 to 1. `declared_end` is the last cell by the sheet's own
    `<dimension>`, as `H90`, which may be wrong; "" where there is none.
    """

    share: float = 0.0
    short_records: int = 0  # of a text file: those with fewer fields than the first one
    declared_end: str = ""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int]] = field(default_factory=list)  # first and last row of each merged area
    first_merged: list[str] = field(default_factory=list)  # the first `MOST_NAMED` of them, as `A2:B3`
