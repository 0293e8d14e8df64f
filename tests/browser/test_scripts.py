"""A script from its form to its end: what is wrong, a dry run, for real, paused, resumed, once more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedIn
from tests.browser.console import Installation
from tests.script_files import put

# How long a process may take to start, and a script to come to its next checkpoint.
RUN_WITHIN_MS = 60_000
RUN = re.compile(r"/runs/\d+$")
VISITS = '''"""Visit the customers one by one."""

import time
from pathlib import Path

import click
import sqlalchemy as sa

from app.models import Customer
from app.runner import script

GO = Path(__file__).with_suffix(".go")


@script(owner="li")
@click.option("--city", required=True, help="Where they live from now on.")
@click.option("--visits", type=click.IntRange(1, 500), default=300, help="How many.")
def main(run, city, visits):
    for batch in run.batches(range(visits), size=1):
        for visit in batch:
            run.session.execute(sa.update(Customer).where(Customer.id == visit % 3 + 1).values(city=f"{city} {visit}"))
            run.log.info("visit %d", visit + 1)
        time.sleep(0 if GO.exists() else 0.2)
'''


@pytest.fixture
def go(installation: Installation) -> Iterator[Path]:
    """Write the script, and give the file that has it hurry as long as it is there."""
    script = put(Path(installation.settings["SCRIPTS_PATH"]), "recycle/visit_customers.py", VISITS)
    go = script.with_suffix(".go")
    go.touch()
    yield go
    go.touch()  # what a failed test has left running comes to its end


def press(page: Page, name: str) -> None:
    """Press a button of the page."""
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def test_a_script_is_tried_run_paused_and_resumed(signed_in: SignedIn, go: Path, axe: Callable[[Page], None]) -> None:
    page = signed_in("operator")
    page.goto("/scripts/")
    page.get_by_role("searchbox").fill("customers one")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="visit_customers").click()

    page.get_by_label("city").fill("Aarhus")
    page.get_by_label("visits").fill("501")
    press(page, "Dry run")
    expect(page.get_by_text("501 is not in the range 1<=x<=500.")).to_be_visible()
    expect(page.get_by_label("city")).to_have_value("Aarhus")
    axe(page)
    page.get_by_label("visits").fill("300")
    page.get_by_label("visits").press("Enter")

    page.wait_for_url(RUN)
    expect(page.get_by_text("Nothing was written: this was a dry run.")).to_be_visible(timeout=RUN_WITHIN_MS)
    page.get_by_role("link", name="Do this for real").click()
    expect(page.get_by_text("Nothing was written: this was a dry run.")).to_be_visible()
    axe(page)
    go.unlink()
    press(page, "Do it for real")

    page.wait_for_url(RUN)
    expect(page.locator(".log")).to_contain_text("visit 2", timeout=RUN_WITHIN_MS)
    expect(page.get_by_role("progressbar")).to_be_visible()
    axe(page)
    press(page, "Pause")
    expect(page.locator("#live .badge", has_text="paused")).to_be_visible(timeout=RUN_WITHIN_MS)
    page.get_by_role("link", name="Resume").click()
    go.touch()
    press(page, "Resume")

    page.wait_for_url(RUN)
    expect(page.locator("#live .badge", has_text="succeeded")).to_be_visible(timeout=RUN_WITHIN_MS)
    expect(page.locator(".log")).to_contain_text("visit 300")
    page.get_by_role("link", name="Run again with the same arguments").click()
    expect(page.get_by_label("city")).to_have_value("Aarhus")
    expect(page.get_by_role("region", name="Last runs").get_by_text("city=Aarhus")).to_have_count(2)


@pytest.mark.usefixtures("go")
def test_a_viewer_reads_what_a_script_takes(signed_in: SignedIn, axe: Callable[[Page], None]) -> None:
    page = signed_in("viewer")
    page.goto("/scripts/visit_customers")
    expect(page.get_by_text("Where they live from now on.")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("textbox")).to_have_count(0)
    axe(page)
