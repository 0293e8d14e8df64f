"""Why an undo was refused, in sentences. The keys of rows are for the person; the record has the numbers alone."""

from __future__ import annotations

from app.errors import Invalid, Refused
from app.services.imports.replay import SheetRecord
from app.services.imports.undoable import Undoable
from app.sheets.pointing import Pointing
from app.sheets.table import Key
from app.sheets.undo import Comparison
from app.words import counted

LEFT = "Nothing was undone."
BY_SCRIPT = "Put right what is wrong by a script, whose dry run shows the difference: flask script new NAME"


class NotProved(Invalid):
    """The table did not become what it was before the import; nothing was undone."""

    label = LEFT.removesuffix(".")


def changed(what: Undoable, sheet: SheetRecord, compared: Comparison, key: Key | None) -> Refused:
    """Return the error for rows that are not as they were imported."""
    table = what.table.name
    of = f" of {sheet.file}" if len(what.replay.sheets) > 1 else ""
    rows = f"of its {counted(compared.staged, 'row')}{of}"
    found = {
        f"{compared.missing:,} {rows} {_be(compared.missing)} no longer in {table}": compared.missing,
        f"{compared.changed:,} {rows} {_be(compared.changed, 'was', 'were')} changed since": compared.changed,
        f"{table} has {counted(compared.others, 'row')} that it did not bring, or not like that": compared.others,
    }
    said = f"Run {what.run_id} cannot be undone: {' and '.join(part for part, count in found.items() if count)}."
    keep = "" if key is None else " Take back the others, and keep these as they are, with --keep-changed."
    return Refused(f"{said}{_keys(compared, key)}", f"{LEFT}{keep}", for_record=said)


def there_again(what: Undoable, rows: int) -> Refused:
    """Return the error for rows whose keys are those of rows that the import deleted."""
    table = what.table.name
    return Refused(
        f"Run {what.run_id} cannot be undone: {table} has {counted(rows, 'row')} again that it had deleted.",
        f"{LEFT} Keep these as they are, and take back the rest, with --keep-changed.",
    )


def not_restored(what: Undoable) -> NotProved:
    """Return the error for rows that did not become what they were."""
    return NotProved(
        f"{what.table.name} would not have the rows as they were before run {what.run_id}.",
        "Is there a trigger, or were its columns changed since?",
    )


def pointed_to(what: Undoable, foreign: Pointing, rows: int) -> Refused:
    """Return the error for rows that point to those that would go."""
    return Refused(
        f"Run {what.run_id} cannot be undone: {counted(rows, 'row')} of {foreign.name}"
        f" {_be(rows, 'points', 'point')} to its rows by {', '.join(foreign.columns)}.",
        f"{LEFT} Delete those first, or have them point to others.",
    )


def unfitting(what: Undoable) -> Refused:
    """Return the error for a sheet that does not become the same rows any more."""
    return Refused(
        f"Run {what.run_id} cannot be undone: its sheets no longer become the rows that they were.",
        f"{LEFT} Were the columns of {what.table.name} changed since? {BY_SCRIPT}",
    )


def not_proved(what: Undoable, lost: int, expected: int) -> NotProved:
    """Return the error for a deletion that took more or fewer rows than it should."""
    return NotProved(
        f"{what.table.name} would lose {counted(lost, 'row')} instead of {expected:,}.",
        "Is there a trigger, or a foreign key that deletes more rows?",
    )


def _keys(compared: Comparison, key: Key | None) -> str:
    """Return the keys of a few of the rows: ` order_no: 20240007; 20240011 and 3 more`."""
    if key is None or not compared.keys:
        return ""
    more = compared.missing + compared.changed - len(compared.keys)
    return f" {', '.join(key.columns)}: {'; '.join(compared.keys)}{f' and {more:,} more' if more else ''}"


def _be(count: int, one: str = "is", many: str = "are") -> str:
    return one if count == 1 else many
