"""The headers that a workbook for a table has, so that an import finds their columns again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.sheets.headers import finder
from app.sheets.table import Column, Table

_NO_HEADER = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def header_names(table: Table, columns: Sequence[Column]) -> list[str]:
    """Return the header of each of some columns: its COMMENT where that finds it in an import, else its name."""
    find = finder(table)

    def header(column: Column) -> str:
        found = find(column.comment) if column.comment else None
        is_its_own = found is not None and found[0] is column and not _NO_HEADER.search(column.comment)
        return column.comment if is_its_own else column.name

    return [header(column) for column in columns]
