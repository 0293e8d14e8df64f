"""What a sheet tells beside its cells."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Findings:
    """What a sheet tells beside its cells; complete when its last row has been read.

    `declared_rows` is the last row by the sheet's own `<dimension>`, which may be missing or wrong.
    """

    declared_rows: int | None = None
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int]] = field(default_factory=list)  # first and last row of each merged area
