"""Drop-down lists in a workbook's columns."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from app.sheets.cells import LAST_ROW
from app.sheets.table import Column

# Excel's own limit on a list that stands in the rule itself (Microsoft, "DataValidation.add").
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
        if not members or any(map(ILLEGAL_CHARACTERS_RE.search, members)):
            return
        rule = DataValidation(
            type="list",
            formula1=_inline(members) or self._listed(members),
            allow_blank=not column.is_required,
            showErrorMessage=True,
            errorTitle="Not in the list",
            error="Choose one from the list.",
        )
        letters = get_column_letter(index)
        rule.add(f"{letters}2:{letters}{LAST_ROW}")
        self._sheet.add_data_validation(rule)

    def _listed(self, members: Sequence[str]) -> str:
        """Write a list into the hidden sheet, and return its range."""
        if self._lists is None:
            self._lists = self._book.create_sheet(LISTS_SHEET)
            self._lists.sheet_state = "hidden"
        self._used += 1
        for row, member in enumerate(members, start=1):
            cell = self._lists.cell(row, self._used, member)
            cell.data_type = "s"  # also where it begins like a formula
            cell.number_format = "@"
        letters = get_column_letter(self._used)
        return f"{quote_sheetname(self._lists.title)}!${letters}$1:${letters}${len(members)}"


def _inline(members: Sequence[str]) -> str | None:
    """Return a list for the rule itself; None where it is too long or Excel would read its members otherwise."""
    text = ",".join(members)
    if any("," in member or '"' in member or member != member.strip() for member in members):
        return None
    return f'"{text}"' if len(text.encode("utf-16-le")) // 2 <= LONGEST_INLINE else None
