"""Runs while they go on: a script pauses, goes on and ends before one's eyes; an import is taken back."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedIn
from tests.browser.console import Installation
from tests.browser.demo import ORDERS

SLOW = '''"""Count to a hundred."""

import time
from pathlib import Path

import click

from app.runner import script


@script(owner="li")
def main(run):
    for batch in run.batches(list(range(100)), key=lambda number: number, size=1):
        for number in batch:
            run.log.info("counted %d", number)
        time.sleep(0 if (Path(__file__).parent / "go").exists() else 1)


if __name__ == "__main__":
    main()
'''
SOON_MS = 60_000  # a process has to start or to end for it
COUNTED = re.compile(r"counted \d+")


@pytest.fixture
def slow(installation: Installation) -> Path:
    """Give a script that takes its time until the file `go` stands beside it; return its folder."""
    folder = Path(installation.settings["SCRIPTS_PATH"]) / "recycle"
    folder.mkdir(exist_ok=True)
    (folder / "count.py").write_text(SLOW, encoding="utf-8")
    (folder / "go").unlink(missing_ok=True)
    return folder


def start(page: Page) -> None:
    """Start the script from its page, and be on the page of its run."""
    page.goto("/scripts/count")
    page.get_by_role("button", name=re.compile("^(Run|Start)")).last.click()
    expect(page).to_have_url(re.compile(r"/runs/\d+$"))


def test_a_script_pauses_and_goes_on_before_ones_eyes(
    signed_in: SignedIn, slow: Path, axe: Callable[[Page], None]
) -> None:
    page = signed_in("operator")
    start(page)
    live = page.locator("#live")
    expect(live.get_by_text(COUNTED)).to_be_visible(timeout=SOON_MS)
    expect(live.get_by_role("progressbar")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("link", name="Resume")).to_be_visible(timeout=SOON_MS)
    expect(live.get_by_text("paused")).to_be_visible()
    axe(page)
    (slow / "go").touch()
    page.get_by_role("link", name="Resume").click()
    page.get_by_role("button", name="Resume").click()
    expect(live.get_by_text("succeeded")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_text("counted 99")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)


def test_a_script_is_cancelled(signed_in: SignedIn, slow: Path) -> None:
    page = signed_in("operator")
    start(page)
    page.on("dialog", lambda dialog: dialog.accept())
    expect(page.locator("#live").get_by_text(COUNTED)).to_be_visible(timeout=SOON_MS)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#live").get_by_text("cancelled")).to_be_visible(timeout=SOON_MS)


def test_an_import_is_taken_back(signed_in: SignedIn, installation: Installation) -> None:
    installation.flask("import-excel", ORDERS, "orders")
    page = signed_in("admin")
    page.goto("/tables/orders?search=2026000001")
    expect(page.get_by_role("cell", name="2026000001")).to_be_visible()
    page.goto("/runs/?kind=import")
    page.locator("#rows a").first.click()
    page.get_by_role("link", name="Undo").click()
    expect(page.get_by_text("Deletes 1,200 rows from orders.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(re.compile(r"Run \d+ is undone\."))).to_be_visible(timeout=SOON_MS)
    page.goto("/tables/orders?search=2026000001")
    expect(page.get_by_text("No row has that.")).to_be_visible()


def test_a_table_is_sorted_searched_and_downloaded(signed_in: SignedIn, axe: Callable[[Page], None]) -> None:
    page = signed_in("operator")
    page.goto("/tables/customers")
    page.get_by_role("link", name="name").click()
    expect(page.locator("tbody tr").first).to_contain_text("Hansen")
    page.get_by_role("link", name="name").click()
    expect(page.locator("tbody tr").first).to_contain_text("上海晨光")
    page.get_by_role("searchbox").fill("hansen")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    axe(page)
    page.goto("/tables/customers")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download whole table").click()
    assert download.value.suggested_filename == "customers.xlsx"
    assert zipfile.is_zipfile(download.value.path())
