"""Workbooks of any cells, as hypothesis thinks of them and as openpyxl and XlsxWriter write them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from app.sheets.cells import Cell, Unusable, column_letters
from app.sheets.read.xlsx.values import UNCALCULATED
from tests.app.sheets.read.known_differences import escaped
from tests.app.sheets.read.oracles import BLANK, READ, Cells, common

Grid = dict[tuple[int, int], Cell]  # by row and column, both from 0

ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
# The formats of values that are numbers in the file.
FORMATS: dict[type, str] = {
    datetime: "yyyy-mm-dd hh:mm:ss.000",
    date: "yyyy-mm-dd",
    time: "hh:mm:ss.000",
    timedelta: "[h]:mm:ss.000",
    type(None): "0.00",
}
TEXTS = (
    *(" ", "\n", "\t", "\r", "  leading", "trailing  ", "中文", "日期", "🙂", "é", "a & b <c> \"d\" 'e'"),
    *("_x000D_", "_x0041_", "_x005F_", "_x00", "_", "\x01", "]]>", "=1+1", "#N/A", "TRUE", "00123", "1E5", "-"),
)


@dataclass
class Book:
    """What is written: the cells of each sheet, the sheets whose tabs are hidden, and the system of dates."""

    sheets: dict[str, Grid]
    hidden: set[str] = field(default_factory=set)
    is_1904: bool = False

    def cells(self) -> Cells:
        """Return what must be read of it."""
        cells: Cells = {}
        for name, grid in self.sheets.items():
            cells[name, ""] = READ
            for (row, column), value in grid.items():
                if common(value) != BLANK:
                    cells[name, f"{column_letters(column)}{row + 1}"] = common(value)
        return cells


def _milliseconds(moment: Any) -> Any:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _15_digits(number: float) -> float:
    return float(f"{number:.15g}")


texts = st.lists(
    st.sampled_from(TEXTS) | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")),
    max_size=4,
).map("".join)
values = st.one_of(
    st.none(),
    texts,
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(allow_nan=False, allow_infinity=False).map(_15_digits).filter(math.isfinite),
    st.decimals(-(10**9), 10**9, places=2).map(float),
    st.booleans(),
    st.dates(date(1904, 1, 2)),
    st.datetimes(datetime(1904, 1, 2)).map(_milliseconds),
    st.times().map(_milliseconds),
    st.integers(0, 10**12).map(lambda number: timedelta(milliseconds=number)),
    st.sampled_from(ERRORS).map(lambda code: Unusable(f"shows {code}")),
    st.just(UNCALCULATED),
)
grids = st.dictionaries(
    st.tuples(st.integers(0, 5) | st.integers(0, 300), st.integers(0, 5) | st.integers(0, 90)), values
)
# Excel's names of sheets: up to 31 characters, none of these, no apostrophe at the ends, told apart whatever the case.
_names = st.sampled_from(("Sheet1", "订单", "a'b", "Q1 (2024)", "x & y", "🙂", "_"))


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Draw a workbook; its first sheet is not hidden, which Excel does not allow for all of them."""
    sheets = draw(st.dictionaries(_names, grids, min_size=1, max_size=3))
    hidden = draw(st.sets(st.sampled_from(list(sheets)))) - {next(iter(sheets))}
    return Book(sheets, hidden, draw(st.booleans()))


def with_openpyxl(book: Book, path: Path, iso_dates: bool = False) -> None:
    """Write texts into the cells themselves, moments as numbers or as ISO 8601."""
    file = openpyxl.Workbook(iso_dates=iso_dates)
    file.remove(file.active)
    if book.is_1904:
        file.epoch = CALENDAR_MAC_1904
    for name, grid in book.sheets.items():
        sheet = file.create_sheet(name)
        sheet.sheet_state = "hidden" if name in book.hidden else "visible"
        sheet.column_dimensions["B"].hidden = True
        sheet.row_dimensions[2].hidden = True
        for (row, column), value in grid.items():
            _set(sheet.cell(row + 1, column + 1), value)
    file.save(path)


def _set(cell: Any, value: Cell) -> None:
    if value == UNCALCULATED:
        cell.value = "=1+1"
    elif isinstance(value, Unusable):
        cell.value = value.reason.removeprefix("shows ")
    elif isinstance(value, str):
        cell.value = escaped(value)  # which openpyxl leaves to its callers
        cell.data_type = "s"  # whatever it begins with
    else:
        cell.value = value
        if type(value) in FORMATS:
            cell.number_format = FORMATS[type(value)]


def with_xlsxwriter(book: Book, path: Path, in_line: bool = False) -> None:
    """Write texts into the table of shared strings, or into the cells themselves."""
    options = {"date_1904": book.is_1904, "constant_memory": in_line, "strings_to_formulas": False}
    with xlsxwriter.Workbook(path, options) as file:
        formats = {kind: file.add_format({"num_format": code}) for kind, code in FORMATS.items()}
        for name, grid in book.sheets.items():
            sheet = file.add_worksheet(name)
            if name in book.hidden:
                sheet.hide()
            sheet.set_column(1, 1, None, None, {"hidden": True})
            for row, column in sorted(grid):
                _write(sheet, (row, column), grid[row, column], formats)


def _write(sheet: Any, place: tuple[int, int], value: Cell, formats: dict[type, Any]) -> None:
    if value == UNCALCULATED:
        sheet.write_formula(*place, "=1+1", None, "")
    elif isinstance(value, Unusable):
        sheet.write_formula(*place, "=A1", None, value.reason.removeprefix("shows "))
    elif isinstance(value, str):
        sheet.write_string(*place, value)
    elif isinstance(value, bool):
        sheet.write_boolean(*place, value)
    elif isinstance(value, int | float):
        sheet.write_number(*place, value)
    elif value is None:
        sheet.write_blank(*place, None, formats[type(None)])
    else:
        sheet.write_datetime(*place, value, formats[type(value)])


def with_openpyxl_in_iso(book: Book, path: Path) -> None:
    """Write moments as ISO 8601."""
    with_openpyxl(book, path, iso_dates=True)


def with_xlsxwriter_in_line(book: Book, path: Path) -> None:
    """Write texts into the cells themselves, row by row, in constant memory."""
    with_xlsxwriter(book, path, in_line=True)


WRITERS: dict[str, Callable[[Book, Path], None]] = {
    "openpyxl": with_openpyxl,
    "openpyxl in ISO": with_openpyxl_in_iso,
    "XlsxWriter": with_xlsxwriter,
    "XlsxWriter in line": with_xlsxwriter_in_line,
}
