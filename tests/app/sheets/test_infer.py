"""A new table for a sheet, inferred from all of its rows."""

from __future__ import annotations

import time as clock
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, sqlite

from app.sheets.cells import Cell, Imprecise, Padded, Unusable
from app.sheets.infer import LONGEST_IDENTIFIER, column_names, infer_table
from app.sheets.inspect.profile import ColumnProfile


def type_of(*cells: Cell, dialect: sa.Dialect | None = None) -> str:
    """Return the type of a column with these cells, as MySQL spells it."""
    profile = ColumnProfile()
    profile.add(range(2, len(cells) + 2), cells)
    table = infer_table("t", [(0, "c")], [profile])
    return str(table.c["c"].type.compile(dialect or mysql.dialect()))


@pytest.mark.parametrize(
    ("cells", "type_"),
    [
        ([True, None, False], "BOOL"),
        ([1, 2], "INTEGER"),
        ([2**31 - 1, -(2**31) + 1], "INTEGER"),
        ([2**31], "BIGINT"),
        ([-(2**31) - 1], "BIGINT"),
        ([1, 2.5], "NUMERIC(12, 2)"),
        ([0.1234], "NUMERIC(14, 4)"),
        ([123456789012.5], "NUMERIC(16, 2)"),
        ([0.12345678], "DOUBLE"),
        ([date(2024, 1, 1)], "DATE"),
        ([date(2024, 1, 1), datetime(2024, 1, 1, 5)], "DATETIME"),
        ([datetime(2024, 1, 1, 0, 0, 0, 5)], "DATETIME(6)"),
        ([time(1)], "TIME"),
        ([time(1, 0, 0, 5)], "TIME(6)"),
        (["a" * 20], "VARCHAR(20)"),
        (["a" * 21], "VARCHAR(50)"),
        (["a" * 1001], "TEXT"),
        (["a" * 16_001], "LONGTEXT"),
        ([1, "a"], "VARCHAR(20)"),
        ([Padded(7, "007")], "VARCHAR(20)"),
        ([Padded(7, "007"), 1234], "VARCHAR(20)"),
        ([timedelta(hours=30)], "VARCHAR(20)"),
        ([Imprecise(1e16)], "VARCHAR(20)"),
        ([None, None], "VARCHAR(20)"),
        ([Unusable("shows #N/A"), 5], "INTEGER"),
        ([True, 1], "VARCHAR(20)"),
    ],
)
def test_the_type_holds_every_cell(cells: list[Cell], type_: str) -> None:
    assert type_of(*cells) == type_


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (["Invoice No", "InvoiceNo", "invoice-no"], ["invoice_no", "invoice_no_2", "invoice_no_3"]),
        (["订单号", "金额(元)"], ["订单号", "金额_元"]),
        (["2024", "😀", " ", "___"], ["c_2024", "column", "column_2", "column_3"]),
        (["Ｐｒｉｃｅ", "HTTPServer", "a b\nc"], ["price", "httpserver", "a_b_c"]),
        (["a", "a_2", "a"], ["a", "a_2", "a_3"]),
        (["a", "a", "a_2"], ["a", "a_2", "a_2_2"]),
        (["𠮷野家", "价𠮷格"], ["野家", "价_格"]),
        (["x; DROP TABLE t", "`", "'\""], ["x_drop_table_t", "column", "column_2"]),
    ],
)
def test_headers_become_names(headers: list[str], names: list[str]) -> None:
    assert column_names(headers) == names


@given(st.lists(st.text(max_size=8) | st.sampled_from(["a", "A", "1" * 80, "数" * 80, "a_2"]), max_size=30))
def test_names_are_never_alike_nor_too_long(headers: list[str]) -> None:
    names = column_names(headers)
    assert len({name.casefold() for name in names}) == len(headers)
    assert all(0 < len(name) <= LONGEST_IDENTIFIER for name in names)


def test_sixteen_thousand_headers_of_one_name_take_no_time() -> None:
    began = clock.process_time()
    names = column_names(["1" * 100] * 16_384)
    assert clock.process_time() - began < 5
    assert len(set(names)) == 16_384
    assert max(map(len, names)) <= LONGEST_IDENTIFIER


def test_a_table_has_a_numbered_key_and_its_headers_as_comments() -> None:
    table = infer_table("orders", [(0, "Order No"), (3, "金额")], [ColumnProfile(), ColumnProfile()])
    assert [column.name for column in table.columns] == ["id", "order_no", "金额"]
    assert [column.comment for column in table.columns] == [None, "Order No", "金额"]
    assert list(table.primary_key.columns) == [table.c.id]
    assert str(table.c.id.type.compile(sqlite.dialect())) == "INTEGER"


def test_a_sheet_with_an_id_keeps_its_own() -> None:
    table = infer_table("orders", [(0, "ID")], [ColumnProfile()])
    assert [column.name for column in table.columns] == ["id"]
