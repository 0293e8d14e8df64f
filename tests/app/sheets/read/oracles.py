"""A workbook's cells as openpyxl, as calamine and as our own reader have them, in one form for all three.

The translations here hold for every file; what a reader gets wrong in some files stands in `known_differences`.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import date, datetime, time, timedelta
from functools import partialmethod
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
import python_calamine
from openpyxl.worksheet.worksheet import Worksheet as OpenpyxlSheet
from python_calamine import SheetTypeEnum

from app.errors import AppError
from app.sheets.cells import Unusable, column_letters
from app.sheets.read.opening import open_workbook
from app.sheets.read.xlsx.values import UNCALCULATED
from app.sheets.read.xlsx.worksheet import Worksheet
from tests.workbooks import addressed


class Value(NamedTuple):
    """What a cell holds: its kind, so that True is not 1, and its value."""

    kind: str
    value: Any = None


# A sheet and an address in it, ("Sheet1", "A1"); a sheet as a whole is ("Sheet1", ""), the file ("", "").
Place = tuple[str, str]
Cells = dict[Place, Value]
Differences = dict[Place, tuple[Value, Value]]  # ours and theirs

FILE = ("", "")
READ = Value("read")  # a sheet or a file as a whole
REFUSED = Value("refused")
BLANK = Value("blank")
NOT_CALCULATED = Value("not calculated")
Failures = type[Exception] | tuple[type[Exception], ...]
CALAMINE_FAILURES = (python_calamine.CalamineError, OSError, ValueError, IndexError, OverflowError)
# It has hardly any of its own.
OPENPYXL_FAILURES = (
    *(zipfile.BadZipFile, SyntaxError, OSError),
    *(LookupError, ValueError, TypeError, AttributeError),
)


def common(value: object) -> Value:
    """Return a value so that those of two readers are equal if they mean the same.

    An int is the float of the same value, and numbers count to 15 significant digits, which Excel has. A date is the
    midnight it begins with. Moments, times and durations count to the millisecond, to which openpyxl rounds them. The
    text "" is blank, as in Excel's own eyes.
    """
    if value in (None, ""):
        return BLANK
    if isinstance(value, Unusable):
        return NOT_CALCULATED if value == UNCALCULATED else Value("unusable", value.reason)
    if isinstance(value, str):
        return Value("text", value)
    if isinstance(value, bool):
        return Value("boolean", value)
    if isinstance(value, int | float):
        return Value("number", float(f"{value:.15g}"))
    return _moment(value)


def _moment(value: object) -> Value:
    if isinstance(value, timedelta):
        return Value("duration", timedelta(milliseconds=round(value / timedelta(milliseconds=1))))
    if isinstance(value, time):
        return Value("time", _to_milliseconds(datetime.combine(date.min, value)).time())
    if isinstance(value, datetime):
        return Value("moment", _to_milliseconds(value))
    assert isinstance(value, date), value
    return Value("moment", datetime.combine(value, time()))


def _to_milliseconds(value: datetime) -> datetime:
    return value.replace(microsecond=0) + timedelta(milliseconds=round(value.microsecond / 1000))


def by_us(path: Path) -> Cells:
    """Return the cells as our own reader has them."""
    try:
        book = open_workbook(path)
    except AppError:
        return {FILE: REFUSED}
    with closing(book):
        return _gathered([sheet.name for sheet in book.sheets], lambda name: addressed(book.rows(name)), AppError)


def by_us_without_the_fast_path(path: Path) -> Cells:
    """Return the cells as our own reader has them when every row of an xlsx goes through expat."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Worksheet, "chunks", partialmethod(Worksheet.chunks, regular=False))
        return by_us(path)


def by_calamine(path: Path) -> Cells:
    """Return the cells as calamine has them."""
    try:
        book = python_calamine.load_workbook(path)
    except CALAMINE_FAILURES:
        return {FILE: REFUSED}
    with closing(book):
        names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        return _gathered(names, lambda name: _calamine_cells(book.get_sheet_by_name(name)), CALAMINE_FAILURES)


def by_openpyxl(path: Path) -> Cells:
    """Return the cells as openpyxl has them, in its mode of whole worksheets."""
    file = BytesIO(path.read_bytes())  # it would not close a file that it cannot read
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about pictures, extensions and dates that it leaves out
        try:
            results = openpyxl.load_workbook(file, data_only=True)
            formulas = openpyxl.load_workbook(file)
        except OPENPYXL_FAILURES:
            return {FILE: REFUSED}
    return _gathered(
        [sheet.title for sheet in results.worksheets],
        lambda name: _openpyxl_cells(results[name], formulas[name]),
        OPENPYXL_FAILURES,
    )


# All that can read a file of some kind, beside ourselves.
ORACLES: dict[str, Callable[[Path], Cells]] = {"openpyxl": by_openpyxl, "calamine": by_calamine}


def oracles_of(path: Path) -> list[str]:
    """Return the names of those that can read a file of this kind."""
    return ["openpyxl", "calamine"] if path.suffix in (".xlsx", ".xlsm") else ["calamine"]


def differences(ours: Cells, theirs: Cells) -> Differences:
    """Return where two readers differ, with both values. A sheet or file that one does not read is one difference."""
    if REFUSED in (ours.get(FILE), theirs.get(FILE)):
        return _differing([FILE], {FILE: READ} | ours, {FILE: READ} | theirs)
    sheets = [place for place in ours | theirs if not place[1]]
    found = _differing(sheets, ours, theirs)
    read_by_both = {sheet for sheet, _ in sheets if ours.get((sheet, "")) == theirs.get((sheet, "")) == READ}
    return found | _differing((place for place in ours | theirs if place[0] in read_by_both), ours, theirs)


def sheet_names(cells: Cells) -> list[str]:
    """Return the names of the sheets in their order."""
    return [sheet for sheet, address in cells if sheet and not address]


def _differing(places: Iterable[Place], ours: Cells, theirs: Cells) -> Differences:
    both = {place: (ours.get(place, BLANK), theirs.get(place, BLANK)) for place in places}
    return {place: (one, other) for place, (one, other) in both.items() if one != other}


def _calamine_cells(sheet: python_calamine.CalamineSheet) -> dict[str, Any]:
    return {
        f"{column_letters(column)}{number}": value
        for number, row in enumerate(sheet.to_python(skip_empty_area=False), 1)
        for column, value in enumerate(row)
        if value != ""
    }


def _openpyxl_cells(results: OpenpyxlSheet, formulas: OpenpyxlSheet) -> dict[str, Any]:
    """Return the cells of a sheet, which openpyxl gives either with the formulas or with their results.

    Those of `_cells` are the ones that the file has; iter_rows would make a whole rectangle of them.
    """
    found: dict[str, Any] = {}
    for place, cell in results._cells.items():
        value = cell.value
        if cell.data_type == "e" and value is not None:
            value = Unusable(f"shows {value}")
        # A formula whose cell is of the type "str" has the text "" as its result.
        elif value is None and cell.data_type != "str" and formulas._cells[place].data_type == "f":
            value = UNCALCULATED
        found[cell.coordinate] = value
    return found


def _gathered(names: list[str], read: Callable[[str], dict[str, Any]], failures: Failures) -> Cells:
    """Return the cells of all sheets; a file none of whose sheets can be read is refused."""
    cells: Cells = {}
    for name in names:
        try:
            found = {(name, address): common(value) for address, value in read(name).items()}
        except failures:
            cells[name, ""] = REFUSED
        else:
            cells[name, ""] = READ
            cells |= {place: value for place, value in found.items() if value != BLANK}
    return {FILE: REFUSED} if set(cells.values()) == {REFUSED} else cells
