"""What an import came to, for people on stderr and for programs as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.words import counted
from commands.output import say

if TYPE_CHECKING:
    from app.services.imports import Outcome, RowsRejected
    from app.sheets.rejects import RejectedCell


def print_outcome(outcome: Outcome) -> None:
    """Print warnings, then rows, time, rate, proof and run."""
    for sheet in outcome.sheets:
        if not sheet.rows:
            say(f'Note: {sheet.file}: the sheet "{sheet.sheet}" has no rows below its header.')
        for warning in sheet.warnings:
            say(f"Note: {sheet.file}: {warning}")
    blanks = sum(sheet.blank_rows for sheet in outcome.sheets)
    if blanks:
        say(f"Skipped {counted(blanks, 'blank row')}.")
    time = f"{outcome.seconds:.1f} s ({rate(outcome):,} rows/s)"
    rows = counted(outcome.rows, "row")
    proof = f"Proof: {rows}, {counted(outcome.columns, 'column')} equal."
    if outcome.dry_run:
        say(f"Would import {rows} into {outcome.table}; took {time}. {proof}")
        say(f"Nothing was written: this was a dry run (run {outcome.run_id}).")
        return
    say(f"Imported {rows} into {outcome.table} in {time}. {proof}")
    say(_last_line(outcome))


def _last_line(outcome: Outcome) -> str:
    """Return what can be done about the run, or why not."""
    if outcome.cannot_undo:
        return f"Run {outcome.run_id} cannot be undone: {outcome.cannot_undo}."
    what = "undo" if outcome.rows else "show"
    return f"Run {outcome.run_id} · {'undo' if outcome.rows else 'see it'} with: flask runs {what} {outcome.run_id}"


def rate(outcome: Outcome) -> int:
    """Return rows per second."""
    return round(outcome.rows / max(outcome.seconds, 0.001))


def as_dict(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome for JSON."""
    return {**asdict(outcome), "seconds": round(outcome.seconds, 3), "rows_per_second": rate(outcome)}


def rejects_as_dict(error: RowsRejected) -> dict[str, Any]:
    """Return rejected rows for JSON: how many, and each cell that was kept."""
    return {
        "rows": error.rows,
        "rejected": error.rejected,
        "rejects": list(map(reject_as_dict, error.cells)),
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
