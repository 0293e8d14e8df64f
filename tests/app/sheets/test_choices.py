"""Drop-down lists: in the rule where Excel can hold them there, else in a hidden sheet."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from app.sheets.choices import LISTS_SHEET
from app.sheets.table import Column, Table
from app.sheets.template import write_template


def written(folder: Path, *columns: Column, name: str = "orders") -> Workbook:
    """Write the template of a table and read it back."""
    write_template(Table(name, columns), folder / "new.xlsx")
    return load_workbook(folder / "new.xlsx")


def enum(*members: str, nullable: bool = True) -> Column:
    """Return an enum column."""
    return Column("status", "enum", "enum", members=members, nullable=nullable)


def test_short_lists_stand_in_the_rule(tmp_path: Path) -> None:
    book = written(tmp_path, enum("new", "已付", ""), Column("flag", "boolean", "tinyint(1)", nullable=False))
    enum_rule, boolean_rule = book.active.data_validations.dataValidation
    assert (enum_rule.formula1, str(enum_rule.sqref)) == ('"new,已付"', "A2:A1048576")
    assert (boolean_rule.formula1, str(boolean_rule.sqref)) == ('"TRUE,FALSE"', "B2:B1048576")
    assert (enum_rule.type, enum_rule.showErrorMessage) == ("list", True)
    assert (enum_rule.allow_blank, boolean_rule.allow_blank) == (True, False)
    assert book.sheetnames == ["orders"]


def test_other_kinds_have_no_list(tmp_path: Path) -> None:
    assert not written(tmp_path, Column("a", "text", "text")).active.data_validations.dataValidation


@pytest.mark.parametrize(
    "members",
    [
        tuple(f"member {number:03}" for number in range(40)),
        ("with, comma", "b"),
        ('with "quotes"', "b"),
        (" with spaces ", "b"),
        ("=1+1,", "00123"),
    ],
)
def test_other_lists_stand_in_a_hidden_sheet_behind(members: tuple[str, ...], tmp_path: Path) -> None:
    book = written(tmp_path, enum("x", "y"), Column("b", "enum", "enum", members=members))
    assert book.sheetnames == ["orders", LISTS_SHEET]
    assert (book.worksheets[0].sheet_state, book.worksheets[1].sheet_state) == ("visible", "hidden")
    assert book.active.title == "orders"
    rule = book.active.data_validations.dataValidation[1]
    assert rule.formula1 == f"'{LISTS_SHEET}'!$A$1:$A${len(members)}"
    cells = [cell for (cell,) in book[LISTS_SHEET].iter_rows(max_col=1)]
    assert [cell.value for cell in cells] == list(members)
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}


def test_a_list_of_255_characters_is_the_longest_in_a_rule(tmp_path: Path) -> None:
    longest = enum("a" * 127, "b" * 127)
    assert written(tmp_path, longest).sheetnames == ["orders"]
    assert written(tmp_path, enum("a" * 127, "b" * 128)).sheetnames == ["orders", LISTS_SHEET]


def test_each_list_has_a_column_of_its_own(tmp_path: Path) -> None:
    a, b = (Column(name, "enum", "enum", members=(f"{name},1", f"{name},2")) for name in "ab")
    book = written(tmp_path, a, b, name=LISTS_SHEET)
    rules = book.worksheets[0].data_validations.dataValidation
    assert [rule.formula1 for rule in rules] == [f"'{LISTS_SHEET}1'!$A$1:$A$2", f"'{LISTS_SHEET}1'!$B$1:$B$2"]
    assert list(book.worksheets[1].values) == [("a,1", "b,1"), ("a,2", "b,2")]
