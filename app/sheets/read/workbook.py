"""What every reader of workbooks offers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from app.sheets.cells import Chunk
from app.sheets.problems import NoSuchSheet
from app.sheets.read.findings import Findings
from app.sheets.read.straight import Straight
from app.words import plain


@dataclass(frozen=True)
class SheetName:
    """A worksheet's name, and whether Excel shows its tab."""

    name: str
    visible: bool


class Workbook(Protocol):
    """An open workbook."""

    kind: str
    sheets: list[SheetName]
    # What this reader cannot tell of the file; empty where it tells all.
    blind_spots: str
    # Of a text file: how it is decoded, and what parts its fields; else "".
    encoding: str
    delimiter: str

    def rows(self, sheet: str, straight: Straight | None = None) -> Iterator[Chunk]:
        """Yield a worksheet's rows, some at a time; blank rows may be missing.

        Args:
            straight: takes what it can without making cells of it; this comes as `Stored`.
        """

    def findings(self) -> Findings:
        """Return what the sheet that is being read has told so far beside its cells."""

    def close(self) -> None:
        """Close the file."""


def choose_sheet(workbook: Workbook, wanted: str | None) -> str:
    """Return the name of the sheet called `wanted`, or the one of that number from 1; else the first visible one.

    Raises:
        NoSuchSheet: there is none.
    """
    names = [sheet.name for sheet in workbook.sheets]
    if not names:
        raise NoSuchSheet("The workbook has no worksheet.")
    if wanted is None:
        return next((sheet.name for sheet in workbook.sheets if sheet.visible), names[0])
    if wanted in names:
        return wanted
    number = int(wanted) if re.fullmatch(r"[0-9]{1,9}", wanted) else 0
    if 0 < number <= len(names):
        return names[number - 1]
    known = ", ".join(map(plain, names[:20]))
    raise NoSuchSheet(f'There is no sheet "{plain(wanted)}".', f"The workbook has: {known}.")
