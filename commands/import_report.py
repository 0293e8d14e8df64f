"""What an import came to, for people on stderr and for programs as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from app.words import counted

if TYPE_CHECKING:
    from app.services.imports import Outcome, RowsRejected


def print_outcome(outcome: Outcome) -> None:
    """Print warnings, then rows, time, rate, proof and run."""
    for sheet in outcome.sheets:
        if not sheet.rows:
            click.echo(f'Note: {sheet.file}: the sheet "{sheet.sheet}" has no rows below its header.', err=True)
        for warning in sheet.warnings:
            click.echo(f"Note: {sheet.file}: {warning}", err=True)
    blanks = sum(sheet.blank_rows for sheet in outcome.sheets)
    if blanks:
        click.echo(f"Skipped {counted(blanks, 'blank row')}.", err=True)
    time = f"{outcome.seconds:.1f} s ({rate(outcome):,} rows/s)"
    rows = counted(outcome.rows, "row")
    proof = f"Proof: {rows}, {counted(outcome.columns, 'column')} equal."
    if outcome.dry_run:
        click.echo(f"Would import {rows} into {outcome.table}; took {time}. {proof}", err=True)
        click.echo(f"Nothing was written: this was a dry run (run {outcome.run_id}).", err=True)
        return
    click.echo(f"Imported {rows} into {outcome.table} in {time}. {proof}", err=True)
    click.echo(f"Run {outcome.run_id} · see it with: flask runs show {outcome.run_id}", err=True)


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
        "rejects": [
            {
                "file": cell.file,
                "cell": cell.address,
                "row": cell.row,
                "column": cell.column,
                "cause": cell.cause,
                "value": cell.value,
            }
            for cell in error.cells
        ],
    }
