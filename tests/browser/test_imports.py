"""A sheet with mistakes: tried, its rejects downloaded and mended, all of it imported, and undone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, SignedIn
from tests.browser.people import PASSWORD
from tests.conftest import ROOT

ORDERS = ROOT / "examples" / "orders.xlsx"
ROWS = 40
MISTAKES = {"E7": "三件", "F12": "about 10", "B20": None}
MENDED = {"E": 3, "F": 10, "B": "Li"}  # what goes into the column of each mistake
# How long a process may take to start and to import.
RUN_WITHIN_MS = 60_000
RUN = re.compile(r"/runs/\d+$")


@pytest.fixture
def mistakes(tmp_path: Path) -> Path:
    """Write a sheet of orders, some of them wrong, with a header that fits no column."""
    book = openpyxl.load_workbook(ORDERS)
    sheet = book.active
    sheet.delete_rows(ROWS + 2, sheet.max_row)
    sheet["I1"] = "Remarks"
    for address, value in MISTAKES.items():
        sheet[address] = value
    book.save(tmp_path / "june.xlsx")
    return tmp_path / "june.xlsx"


def mend(rejects: Path) -> Path:
    """Mend every row of a workbook of rejects."""
    book = openpyxl.load_workbook(rejects)
    headers = [cell.value for cell in book.active[1]]
    columns = dict(zip(("E", "F", "B"), ("数量", "金额", "客户名称"), strict=True))
    for row in book.active.iter_rows(min_row=2):
        for letter, header in columns.items():
            cell = row[headers.index(header)]
            if cell.value in MISTAKES.values():
                cell.value = MENDED[letter]
    book.save(rejects)
    return rejects


def press(page: Page, name: str) -> None:
    """Press a button of the page."""
    page.get_by_role("main").get_by_role("button", name=name).click()


def upload(page: Page, file: Path, table: str) -> None:
    """Choose a file and a table, and send them."""
    page.goto("/import/")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_label("Table", exact=True).select_option(table)
    press(page, "Upload")


def rows(page: Page) -> int:
    """Return how many orders there are."""
    page.goto("/tables/")
    return int(page.get_by_role("row").filter(has_text="orders").locator("td.number").inner_text())


def test_a_sheet_with_mistakes_is_tried_mended_imported_and_undone(
    signed_in: SignedIn, mistakes: Path, tmp_path: Path, axe: Callable[[Page], None]
) -> None:
    page = signed_in("admin")
    upload(page, mistakes, "orders")
    remarks = page.get_by_label("Remarks", exact=True)
    expect(remarks).to_have_value("")
    expect(page.get_by_text("fits no column")).to_be_visible()
    remarks.select_option("note")
    expect(page.get_by_text("by hand")).to_be_visible()
    axe(page)

    press(page, "Dry run")
    expect(page).to_have_url(RUN)
    expect(page.get_by_role("heading", name="Rows that cannot be loaded")).to_be_visible(timeout=RUN_WITHIN_MS)
    expect(page.get_by_text("三件")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Import these"))).to_have_count(0)
    axe(page)

    press(page, "Try it without these rows")
    expect(page.get_by_role("button", name="Import these 37 rows")).to_be_visible(timeout=RUN_WITHIN_MS)
    axe(page)
    press(page, "Import these 37 rows")
    expect(page.get_by_text("Imported 37 rows into orders.")).to_be_visible(timeout=RUN_WITHIN_MS)
    imported = page.url

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rejected rows").click()
    download.value.save_as(tmp_path / "rejects.xlsx")
    page.get_by_label("File", exact=True).set_input_files(mend(tmp_path / "rejects.xlsx"))
    press(page, "Upload the mended workbook")
    expect(page.get_by_label("Remarks", exact=True)).to_have_value("note")
    press(page, "Dry run")
    expect(page.get_by_role("button", name="Import these 3 rows")).to_be_visible(timeout=RUN_WITHIN_MS)
    press(page, "Import these 3 rows")
    expect(page.get_by_text("Imported 3 rows into orders.")).to_be_visible(timeout=RUN_WITHIN_MS)
    assert rows(page) == ROWS

    page.goto(imported)
    page.get_by_role("link", name="Undo").click()
    expect(page).to_have_url(re.compile(r"/undo$"))
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill(PASSWORD)
    press(page, "Undo")
    expect(page).to_have_url(RUN)
    expect(page.locator("#live[hx-get]")).to_have_count(0, timeout=RUN_WITHIN_MS)
    assert rows(page) == 3


def test_everything_works_without_scripts(new_page: NewPage, signed_in: SignedIn, mistakes: Path) -> None:
    page = signed_in("operator", java_script_enabled=False)
    upload(page, mistakes, "")
    page.get_by_label("Table", exact=True).select_option("orders")
    press(page, "Look again")
    page.get_by_label("Remarks", exact=True).select_option("note")
    page.get_by_label("Leave out rows").check()
    press(page, "Dry run")
    expect(page).to_have_url(RUN)
    confirm = page.get_by_role("button", name="Import these 37 rows")
    for _ in range(RUN_WITHIN_MS // 500):
        if confirm.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(confirm).to_be_visible()


def test_another_table_shows_its_columns_at_once(signed_in: SignedIn, mistakes: Path) -> None:
    page = signed_in("operator")
    upload(page, mistakes, "")
    expect(page.get_by_text("Choose a table above")).to_be_visible()
    page.get_by_label("Table", exact=True).select_option("customers")
    expect(page.get_by_label("电话", exact=True)).to_have_value("phone")
    page.get_by_label("Row of the headers").fill("3")
    page.get_by_label("Row of the headers").press("Tab")
    expect(page.get_by_text("is row 3 the row of the headers?")).to_be_visible()
