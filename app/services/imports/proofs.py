"""What was proved of an import, for the ledger; and the error where the proof failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.errors import Invalid
from app.services.imports.sources import Source
from app.sheets.sums import measure_of


class NotProved(Invalid):
    """The table did not become what a sheet holds; nothing was written."""

    label = "Nothing was written"

    def __init__(self, table: str, file: str, found: Sequence[str]) -> None:
        """Say what differs."""
        super().__init__(
            "\n  ".join([f"{table} did not gain what {file} holds:", *found]),
            "Is there a trigger, a CHAR column that drops spaces, or a type that keeps less?",
        )


def proof_of(source: Source) -> dict[str, Any]:
    """Return what was compared of a sheet: `{"rows":, "columns": {name: {"values":, "measure":, "sum":}}}`.

    Columns of which only the number of values was compared have no measure and no sum.
    """
    summary = source.summary
    columns: dict[str, dict[str, Any]] = {}
    for place, column in enumerate(source.columns):
        columns[column.name] = {"values": summary.filled[place]}
        if column.name not in source.unproved:
            columns[column.name] |= {"measure": measure_of(column), "sum": str(summary.sums[place])}
    return {"rows": summary.good, "columns": columns}
