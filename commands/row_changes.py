"""Rows that a dry run would change, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.runner.diff import RowChange

LONGEST_VALUE = 40


def row_change(change: RowChange) -> str:
    """Return a row's change: `~ 7: total: 1 → 2`, `+ 8: total 3` for a new one, `- 9: total 4` for one that goes."""
    key = ", ".join(map(_shown, change.key.values()))
    if change.before is None:
        return f"+ {key}: {_fields(change.after)}" if key else f"+ {_fields(change.after)}"
    if change.after is None:
        return f"- {key}: {_fields(change.before)}"
    pairs = (f"{name}: {_shown(change.before[name])} → {_shown(value)}" for name, value in change.after.items())
    return f"~ {key}: {', '.join(pairs)}"


def _fields(row: dict[str, Any] | None) -> str:
    return ", ".join(f"{name} {_shown(value)}" for name, value in (row or {}).items())


def _shown(value: Any) -> str:
    text = "NULL" if value is None else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
