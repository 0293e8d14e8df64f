"""What an import would be, by the head of a sheet."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from flask import Flask

from app.services.imports.previewing import Preview, PreviewRequest, preview
from app.sheets.problems import EncryptedFile, NotASpreadsheet, RefusedFile
from app.sheets.read.options import ReadOptions
from tests.conftest import ROOT, SHARED_DATA
from tests.workbooks import encrypted, write_xlsx

ORDERS = ROOT / "examples" / "orders.xlsx"
ODD = SHARED_DATA / "odd" / "calamine"
LONG = 200_000  # rows


def seen(file: Path = ORDERS, **options: object) -> Preview:
    """Return the preview of a file."""
    return preview(PreviewRequest(file, **options))  # type: ignore[arg-type]  # names of its fields


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Give a workbook of a title, orders, and a hidden sheet."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "订单"
    for row in (["Orders of June"], [], ["order_no", "Customer", "Extra"], ["=1+1", None, "x"], [], ["A2", 7, None]):
        sheet.append(row)
    workbook.create_sheet("<script>").sheet_state = "hidden"
    workbook.save(tmp_path / "june.xlsx")
    return tmp_path / "june.xlsx"


def test_headers_first_rows_and_columns_are_shown(app: Flask) -> None:
    found = seen(table="orders")
    assert (found.kind, found.sheets[0][1], found.can_be_tried) == ("xlsx", True, True)
    assert [(one.header, one.column, one.how) for one in found.choices][:2] == [
        ("订单号", "order_no", "comment"),
        ("客户名称", "customer", "comment"),
    ]
    assert [number for number, _ in found.rows] == [2, 3, 4, 5, 6]
    assert found.rows[0][1][:2] == [("text", "2026000001"), ("text", "陈静")]
    assert [key.columns for key in found.keys] == [("order_no",)]
    assert found.mapping == {}


def test_another_header_row_and_cells_without_values(app: Flask, book: Path) -> None:
    found = seen(book, table="orders", header_row=3)
    assert [one.how for one in found.choices] == ["name", "name", ""]
    assert found.mapping == {"Extra": ""}
    assert [number for number, _ in found.rows] == [4, 6]
    assert [cell.kind for cell in found.rows[0][1]] == ["unusable", "blank", "text"]
    assert found.problems == tuple(
        f"{name} is required, and the sheet has no column for it" for name in ("item", "amount", "created_at")
    )
    assert not found.can_be_tried


def test_the_wrong_row_fits_nothing_and_says_so(app: Flask, book: Path) -> None:
    assert "is row 1 the row of the headers?" in seen(book, table="orders").problems[0]


def test_sheets_are_chosen_by_number_whatever_their_names(app: Flask, book: Path) -> None:
    assert seen(book).sheets == (("订单", True), ("<script>", False))
    assert "has nothing" in seen(book, sheet=2).sheet_problem
    assert seen(book, sheet=3).sheet_problem == "There is no sheet 3; the workbook has 2."


def test_what_was_chosen_for_other_headers_means_nothing(app: Flask) -> None:
    first = seen(table="orders")
    chosen = {8: ""}
    assert seen(table="orders", chosen=chosen, mark=first.mark).mapping == {"备注": ""}
    assert seen(table="orders", chosen=chosen, mark="another").mapping == {}
    assert seen(table="orders", header_row=2).mark != first.mark


def test_a_table_that_cannot_be_imported_into_is_told_of_beside_the_sheet(app: Flask) -> None:
    for table in ("nothing", "users", "runs"):
        found = seen(table=table)
        assert found.table_problem
        assert found.rows
        assert not found.can_be_tried


def test_a_new_table_is_foreseen(app: Flask, book: Path) -> None:
    found = seen(book, table="june", creates=True, header_row=3)
    assert [one.column for one in found.choices] == ["order_no", "customer", "extra"]
    assert found.can_be_tried
    assert found.mapping == {}


def test_a_long_sheet_is_as_quick_as_a_short_one(app: Flask, tmp_path: Path) -> None:
    """It is not read to its end, which is broken."""
    cells = "".join(f"<row><c t='str'><v>text {n}</v></c><c><v>{n}</v></c></row>" for n in range(LONG))
    file = write_xlsx(tmp_path / "long.xlsx", f"<row><c t='str'><v>item</v></c></row>{cells}<row><c")
    assert len(seen(file, table="orders").rows) == 5


def test_a_sheet_of_very_many_columns_shows_some(app: Flask, tmp_path: Path) -> None:
    wide = ",".join(f"column {n}" for n in range(5000))
    (tmp_path / "wide.csv").write_text(f"{wide}\n{wide}\n")
    found = seen(tmp_path / "wide.csv", table="orders")
    assert (len(found.choices), len(found.positions), len(found.rows[0][1])) == (5000, 200, 200)
    assert len(found.mapping) == 5000


def test_chinese_text_files_are_read(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "订单.csv").write_text("订单号,金额\n1,2\n", encoding="gb18030")
    assert [one.column for one in seen(tmp_path / "订单.csv", table="orders").choices] == ["order_no", "amount"]


def test_a_file_with_a_password_needs_it(app: Flask, book: Path) -> None:
    secret = encrypted(book, "open sesame")
    with pytest.raises(EncryptedFile):
        seen(secret)
    assert seen(secret, options=ReadOptions(password="open sesame")).sheets[0] == ("订单", True)


def test_what_is_no_spreadsheet_is_said(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "picture.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(NotASpreadsheet):
        seen(tmp_path / "picture.xlsx")


@pytest.mark.skipif(not ODD.is_dir(), reason=f"There is no {ODD}.")
def test_a_bomb_is_refused_by_the_process_that_reads(app: Flask) -> None:
    with pytest.raises(RefusedFile):
        seen(ODD / "issue_594_dos.ods")
