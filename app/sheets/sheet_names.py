"""The names of sheets as Excel takes them."""

from __future__ import annotations

import re

# Excel's own limit (Microsoft, "Rename a worksheet").
LONGEST_SHEET_NAME = 31
_NOT_IN_SHEET_NAME = re.compile(r"[\\/*?:\[\]\x00-\x1f\ufffe\uffff]")


def sheet_name(table: str) -> str:
    """Return a table's name as Excel takes it for a sheet: without `\\/*?:[]`, in at most 31 characters."""
    units = _NOT_IN_SHEET_NAME.sub("_", table).encode("utf-16-le")[: 2 * LONGEST_SHEET_NAME]  # as Excel counts them
    name = units.decode("utf-16-le", "ignore").strip("'")
    return name if name.strip() and name.casefold() != "history" else f"{name or 'Sheet'}_"
