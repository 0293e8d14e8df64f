"""Drop-down lists in a workbook's columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from app.sheets.cells import LAST_ROW
from app.sheets.parents import Parent
from app.sheets.read.numbers import BEYOND_15_DIGITS
from app.sheets.table import Column

# Excel's own limit on a list that stands in the rule itself (Microsoft, "DataValidation.add"), and on its message.
LONGEST_INLINE = 255
LISTS_SHEET = "opsdesk lists"
BOOLEANS = ("TRUE", "FALSE")


class Choices:
    """The lists of one sheet; those that a rule cannot hold stand in a hidden sheet behind it."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        """Offer choices in `sheet`."""
        self._book = book
        self._sheet = sheet
        self._lists: Worksheet | None = None
        self._used = 0

    def offer(self, index: int, column: Column) -> None:
        """Offer the members of an enum, or TRUE and FALSE, in every row below the header; other columns have none.

        Args:
            index: of the sheet's column, from 1.
        """
        members = BOOLEANS if column.kind == "boolean" else tuple(filter(None, column.members))
        if _can_be_listed(members):
            self._add(index, column, _inline(members) or self._listed(members), error="Choose one from the list.")

    def offer_parents(self, index: int, column: Column, parent: Parent) -> None:
        """Offer the values of a foreign key's parent. Others only make Excel ask: the parent may have more by then.

        Args:
            index: of the sheet's column, from 1.
        """
        if parent.values and _can_be_listed(parent.values):
            error = f"{parent.name} did not have this when the workbook was made. Keep it?"
            self._add(index, column, self._listed(parent.values), error, errorStyle="warning")

    def _add(self, index: int, column: Column, formula: str, error: str, **more: Any) -> None:
        rule = DataValidation(
            type="list",
            formula1=formula,
            allow_blank=not column.is_required,
            showErrorMessage=True,
            errorTitle="Not in the list",
            error=error[:LONGEST_INLINE],
            **more,
        )
        letters = get_column_letter(index)
        rule.add(f"{letters}2:{letters}{LAST_ROW}")
        self._sheet.add_data_validation(rule)

    def _listed(self, members: Sequence[str | int]) -> str:
        """Write a list into the hidden sheet, and return its range."""
        if self._lists is None:
            self._lists = self._book.create_sheet(LISTS_SHEET)
            self._lists.sheet_state = "hidden"
        self._used += 1
        for row, member in enumerate(members, start=1):
            cell = self._lists.cell(row, self._used, member)
            if isinstance(member, str) or abs(member) >= BEYOND_15_DIGITS:
                cell.value = str(member)
                cell.data_type = "s"  # also where it begins like a formula
                cell.number_format = "@"
        letters = get_column_letter(self._used)
        return f"{quote_sheetname(self._lists.title)}!${letters}$1:${letters}${len(members)}"


def _can_be_listed(members: Sequence[str | int]) -> bool:
    return bool(members) and not any(map(ILLEGAL_CHARACTERS_RE.search, map(str, members)))


def _inline(members: Sequence[str]) -> str | None:
    """Return a list for the rule itself; None where it is too long or Excel would read its members otherwise."""
    text = ",".join(members)
    if any("," in member or '"' in member or member != member.strip() for member in members):
        return None
    return f'"{text}"' if len(text.encode("utf-16-le")) // 2 <= LONGEST_INLINE else None
