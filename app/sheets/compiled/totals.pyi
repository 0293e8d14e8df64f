"""See totals.pyx."""

from collections.abc import Sequence

class ColumnTotals:
    """`app.sheets.aggregate.ColumnTotals`, to the same effect."""

    def __init__(self, columns: Sequence[tuple[str, int | None]]) -> None: ...
    def step(self, *values: int | float | str | bytes | None) -> None: ...
    def finalize(self) -> str: ...
