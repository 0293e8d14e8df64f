"""What an import came to, as JSON: for the command line and for pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.services.imports.outcome import Outcome
from app.services.imports.rejections import Rejections
from app.sheets.rejects import Group, RejectedCell, grouped

# How many cells a cause names.
CELLS_OF_CAUSE = 5


def rate(outcome: Outcome) -> int:
    """Return rows per second."""
    return round(outcome.rows / max(outcome.seconds, 0.001))


def as_dict(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome for JSON."""
    return {
        **asdict(outcome),
        "seconds": round(outcome.seconds, 3),
        "rows_per_second": rate(outcome),
        "rejections": rejections_as_dict(outcome.rejections),
    }


def rejections_as_dict(rejections: Rejections) -> dict[str, Any]:
    """Return rejected rows for JSON: how many, and each cell that was kept."""
    return {
        "rows": rejections.rows,
        "rejected": rejections.rejected,
        "rejects": list(map(reject_as_dict, rejections.cells)),
    }


def reject_as_dict(cell: RejectedCell) -> dict[str, Any]:
    """Return a cell that cannot be loaded for JSON."""
    return {
        "file": cell.file,
        "cell": cell.address,
        "row": cell.row,
        "column": cell.column,
        "cause": cell.cause,
        "value": cell.value,
    }


def causes(cells: Sequence[RejectedCell]) -> list[dict[str, Any]]:
    """Return rejects for JSON by file, column and cause, the most frequent first; each names its first few cells."""
    return list(map(_cause, grouped(cells)))


def _cause(group: Group) -> dict[str, Any]:
    first = group.cells[0]
    cells = [{"cell": cell.address, "value": cell.value} for cell in group.cells[:CELLS_OF_CAUSE]]
    where = {"file": first.file, "sheet": first.sheet, "column": group.column}
    return {**where, "cause": group.cause, "count": group.count, "cells": cells}
