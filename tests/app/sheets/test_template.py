"""The workbook of a table: headers that import-excel matches back, and formats that keep what is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from app.sheets.header_names import header_names
from app.sheets.headers import make_plan
from app.sheets.sheet_names import sheet_name
from app.sheets.table import UNSUPPORTED, Column, Key, Table
from app.sheets.template import number_format, writable_columns, write_template


def text(name: str, comment: str = "", **limits: int) -> Column:
    """Return a nullable text column."""
    return Column(name, "text", "varchar(20)", comment=comment, **limits)


def written(table: Table, folder: Path) -> Workbook:
    """Write a table's template and read it back."""
    write_template(table, folder / "new.xlsx")
    return load_workbook(folder / "new.xlsx")


ORDERS = Table(
    "订单",
    (
        Column("id", "integer", "int(11)", nullable=False, is_automatic=True),
        Column("order_no", "text", "varchar(20)", nullable=False, comment="订单号", length=20),
        text("customer", comment="名称"),
        text("product", comment="名称"),
        text("name", comment="Order No"),
        Column("total", "integer", "int(11)", is_automatic=True, is_generated=True),
        Column("spot", UNSUPPORTED, "point"),
    ),
    (Key("PRIMARY", ("id",)), Key("uq_orders", ("order_no", "name"))),
)


def test_headers_are_comments_where_these_find_their_column() -> None:
    assert header_names(ORDERS, writable_columns(ORDERS)) == ["订单号", "customer", "product", "name"]


def test_a_comment_that_no_cell_can_hold_is_not_a_header() -> None:
    table = Table("t", (text("a", comment="bell\x07"), text("b", comment="  "), text("c", comment="_")))
    assert header_names(table, table.columns) == ["a", "b", "c"]


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=6).filter(str.strip)


@given(
    st.lists(st.tuples(names, st.one_of(st.just(""), names)), min_size=1, max_size=6, unique_by=lambda pair: pair[0])
)
def test_every_header_finds_its_column_again(columns: list[tuple[str, str]]) -> None:
    table = Table("t", tuple(text(name, comment) for name, comment in columns))
    plan = make_plan("t", 1, list(enumerate(header_names(table, writable_columns(table)))), table, {}, lambda _: False)
    assert [mapped.column for mapped in plan.columns] == list(table.columns)


def test_the_sheet_is_bold_frozen_and_noted(tmp_path: Path) -> None:
    sheet = written(ORDERS, tmp_path).active
    assert (sheet.title, sheet.freeze_panes, sheet.max_row) == ("订单", "A2", 1)
    assert [cell.value for cell in sheet[1]] == header_names(ORDERS, writable_columns(ORDERS))
    assert all(cell.font.bold and cell.comment is not None for cell in sheet[1])
    assert sheet["A1"].comment.text == (
        "order_no: varchar(20)\nRequired.\nText of at most 20 characters.\nNo two rows alike in this and name."
    )


def test_a_header_like_a_formula_stays_text(tmp_path: Path) -> None:
    cell = written(Table("t", (text("a", comment="=1+1"),)), tmp_path).active["A1"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_columns_are_wide_enough_for_chinese(tmp_path: Path) -> None:
    table = Table(
        "t", (text("a", comment="客户的公司名称和地址"), text("b", comment="长" * 90), Column("c", "float", "double"))
    )
    dimensions = written(table, tmp_path).active.column_dimensions
    assert [dimensions[letter].width for letter in "ABC"] == [23, 50, 10]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (text("a"), "@"),
        (Column("a", "enum", "enum('x')"), "@"),
        (Column("a", "json", "json"), "@"),
        (Column("a", "binary", "blob"), "@"),
        (Column("a", "integer", "int(11)"), "0"),
        (Column("a", "integer", "bigint(20) unsigned"), "@"),
        (Column("a", "decimal", "decimal(12,2)", precision=12, scale=2), "0.00"),
        (Column("a", "decimal", "decimal(12,0)", precision=12, scale=0), "0"),
        (Column("a", "decimal", "numeric"), "General"),
        (Column("a", "float", "double"), "General"),
        (Column("a", "boolean", "tinyint(1)"), "General"),
        (Column("a", "date", "date"), "yyyy-mm-dd"),
        (Column("a", "datetime", "datetime"), "yyyy-mm-dd hh:mm:ss"),
        (Column("a", "time", "time"), "hh:mm:ss"),
    ],
)
def test_each_kind_has_its_format_in_the_whole_column(column: Column, expected: str, tmp_path: Path) -> None:
    assert number_format(column) == expected
    assert written(Table("t", (column,)), tmp_path).active.column_dimensions["A"].number_format == expected


@pytest.mark.parametrize(
    ("table", "sheet"),
    [
        ("orders", "orders"),
        ("a/b\\c*d?e:f[g]", "a_b_c_d_e_f_g_"),
        ("订单" * 20, "订单" * 15 + "订"),
        ("x" * 30 + "😀", "x" * 30),
        ("'quoted'", "quoted"),
        ("History", "History_"),
        ("'", "Sheet_"),
    ],
)
def test_the_sheet_has_the_tables_name_as_excel_takes_it(table: str, sheet: str, tmp_path: Path) -> None:
    assert sheet_name(table) == sheet
    assert written(Table(table, (text("a"),)), tmp_path).sheetnames == [sheet]
