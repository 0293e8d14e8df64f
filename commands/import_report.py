"""What an import came to, for people on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.words import counted
from commands.output import CHANGES, say
from commands.row_changes import row_change

if TYPE_CHECKING:
    from app.services.imports import Outcome


def print_outcome(outcome: Outcome) -> None:
    """Print warnings, then rows, time, rate, proof and run."""
    from app.services.imports.reports import rate

    for sheet in outcome.sheets:
        if not sheet.rows:
            say(f'Note: {sheet.file}: the sheet "{sheet.sheet}" has no rows below its header.')
        for warning in sheet.warnings:
            say(f"Note: {sheet.file}: {warning}")
    blanks = sum(sheet.blank_rows for sheet in outcome.sheets)
    if blanks:
        say(f"Skipped {counted(blanks, 'blank row')}.")
    time = f"{outcome.seconds:.1f} s ({rate(outcome):,} rows/s)"
    proof = f"Proof: {counted(outcome.rows, 'row')}, {counted(outcome.columns, 'column')} equal."
    if outcome.dry_run:
        say(f"Would import {_what(outcome)}; took {time}. {proof}")
        for change in outcome.samples:
            say(f"  {row_change(change)}")
        _print_rejections(outcome)
        say(f"Nothing was written: this was a dry run (run {outcome.run_id}).")
        return
    say(f"Imported {_what(outcome)} in {time}. {proof}")
    _print_rejections(outcome)
    say(_last_line(outcome))


def _what(outcome: Outcome) -> str:
    """Return rows and table: `48,210 rows into orders`; what was done to them, where that is not all the same."""
    done = {what: count for what, count in outcome.counts.items() if count}
    detail = "" if set(done) <= {"inserted"} else f": {', '.join(f'{count:,} {what}' for what, count in done.items())}"
    return f"{counted(outcome.rows, 'row')} into {outcome.table}{detail}"


def _print_rejections(outcome: Outcome) -> None:
    """Print the rows that were left out, grouped by cause, and where they are."""
    from app.sheets.rejects import group_lines, grouped

    rejections = outcome.rejections
    if not rejections.rejected:
        return
    left_out = "would be left out" if outcome.dry_run else "were left out"
    say(f"{rejections.rejected:,} of {counted(rejections.rows, 'row')} cannot be loaded and {left_out}:")
    for line in group_lines(grouped(rejections.cells), len(outcome.sheets) > 1):
        say(line)
    if outcome.rejects is not None:
        say(f"They are in {outcome.rejects}: mend them there, and import that file.")


def _last_line(outcome: Outcome) -> str:
    """Return what can be done about the run, or why not."""
    if outcome.cannot_undo:
        return f"Run {outcome.run_id} cannot be undone: {outcome.cannot_undo}."
    changes = any(outcome.counts.get(what) for what in CHANGES)
    how, what = ("undo", "undo") if changes else ("see it", "show")
    return f"Run {outcome.run_id} · {how} with: flask runs {what} {outcome.run_id}"
