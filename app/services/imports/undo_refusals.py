"""Why an undo was refused, in sentences. The keys of rows are for the person; the record has the numbers alone."""

from __future__ import annotations

from app.errors import Invalid, Refused
from app.services.imports.replay import SheetRecord
from app.services.imports.undoable import Undoable
from app.sheets.pointing import Pointing
from app.sheets.table import Key
from app.sheets.undo import Comparison
from app.words import counted

LEFT = "Nothing was deleted."
BY_SCRIPT = "Put right what is wrong by a script, whose dry run shows the difference: flask script new NAME"


class NotProved(Invalid):
    """The table did not lose what the import had brought; nothing was deleted."""

    label = LEFT.removesuffix(".")


def changed(what: Undoable, sheet: SheetRecord, compared: Comparison, key: Key | None) -> Refused:
    """Return the error for rows that are not as they were imported."""
    table = what.table.name
    of = f" of {sheet.file}" if len(what.replay.sheets) > 1 else ""
    verbs = {"missing": f"no longer in {table}", "changed": "changed since"}
    found = [
        f"{count:,} {'is' if count == 1 and name == 'missing' else _verb(count, name)} {words}"
        for name, words in verbs.items()
        if (count := getattr(compared, name))
    ]
    if compared.others:
        found.append(f"{table} has {counted(compared.others, 'row')} that it did not bring, or that were changed")
    said = f"Run {what.run_id} cannot be undone: of its {counted(compared.staged, 'row')}{of}, {', '.join(found)}."
    keys = f" {', '.join(key.columns)}: {'; '.join(compared.keys)}" if key is not None and compared.keys else ""
    more = compared.missing + compared.changed - len(compared.keys)
    keys += f" and {more:,} more" if keys and more > 0 else ""
    return Refused(f"{said}{keys}", f"{LEFT} {BY_SCRIPT}", for_record=said)


def pointed_to(what: Undoable, foreign: Pointing, rows: int) -> Refused:
    """Return the error for rows that point to those that would go."""
    verb = "points" if rows == 1 else "point"
    return Refused(
        f"Run {what.run_id} cannot be undone: {counted(rows, 'row')} of {foreign.name}"
        f" {verb} to its rows by {', '.join(foreign.columns)}.",
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


def _verb(count: int, name: str) -> str:
    if name == "missing":
        return "are"
    return "was" if count == 1 else "were"
