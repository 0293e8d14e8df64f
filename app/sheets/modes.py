"""What an import does with rows that the table has already, and with those that it has beside the sheet's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.errors import Invalid
from app.sheets.table import Key, Table


@dataclass(frozen=True)
class Mode:
    """A mode of import.

    Attributes:
        finds: rows of the table are known by a key; what is found is no reject.
        updates: a row that is found gets the sheet's values.
        deletes: rows of the table that the sheet does not have go.
    """

    name: str
    finds: bool = False
    updates: bool = False
    deletes: bool = False


INSERT = Mode("insert")
MODES: dict[str, Mode] = {
    mode.name: mode
    for mode in (
        INSERT,
        Mode("upsert", finds=True, updates=True),
        Mode("skip", finds=True),
        Mode("replace", finds=True, updates=True, deletes=True),
    )
}


def key_of(table: Table, filled: Collection[str], wanted: Sequence[str], mode: Mode) -> Key | None:
    """Return the key by which a mode knows rows again; None where the mode needs none and there is none.

    It is the one that is wanted; else the primary key, else the only unique key, of those that the sheets fill.

    Args:
        filled: the columns that all sheets fill.
        wanted: column names of `--key`, or none.

    Raises:
        Invalid: there is no such key, none, or more than one.
    """
    keys = [key for key in table.keys if set(key.columns) <= set(filled)]
    if wanted:
        return _wanted(table, keys, wanted)
    if not mode.finds:
        return next(iter(keys), None)
    if not keys:
        every = "; ".join(_spelled(key) for key in table.keys) or "it has none"
        raise Invalid(
            f"--mode {mode.name} needs a key of {table.name} that the sheet fills whole.", f"The keys are: {every}."
        )
    if primary_key(table) not in keys and len(keys) > 1:
        raise Invalid(
            f"The sheet fills {len(keys)} unique keys of {table.name}: {'; '.join(map(_spelled, keys))}.",
            f"Name the one by which --mode {mode.name} knows rows again: --key {','.join(keys[0].columns)}",
        )
    return keys[0]


def primary_key(table: Table) -> Key | None:
    """Return the primary key, of which no row has a blank, if there is one."""
    return next((key for key in table.keys if key.name == "PRIMARY"), None)


def _wanted(table: Table, keys: Sequence[Key], wanted: Sequence[str]) -> Key:
    for key in keys:
        if sorted(key.columns) == sorted(wanted):
            return key
    named = ", ".join(wanted)
    if any(sorted(key.columns) == sorted(wanted) for key in table.keys):
        raise Invalid(f"The sheet does not fill all of --key {named}.", "A key needs all of its columns.")
    every = "; ".join(_spelled(key) for key in table.keys) or "none"
    raise Invalid(
        f"{table.name} has no unique key of {named}: two rows could be the same one.", f"Its unique keys are: {every}."
    )


def _spelled(key: Key) -> str:
    return f"{key.name} ({', '.join(key.columns)})"
