"""Every page of the console, and how to get there: one table for screenshots and for tests that walk all pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.browser import people
from tests.browser.demo import Demo

# htmx marks what it fetches and puts in its place.
SWAPPING = ".htmx-request, .htmx-swapping, .htmx-settling"


ERRORS = "errors"  # what answers where no view does
# The page of a run fetches it anew as long as it goes on.
GOES_ON = "#live[hx-get]"
RUN_WITHIN_MS = 120_000

Steps = Callable[[Tab, Demo], None]


@dataclass(frozen=True)
class Page:
    """A page as somebody sees it.

    Attributes:
        endpoint: the view that answers.
        path: its address, with what the demo's runs are about in braces: `/runs/{orders-november}`.
        who: who is signed in; None for nobody.
        steps: what is done there before it is looked at.
        stays: the steps lead to an address that shows the same again, and need not be done twice.
    """

    endpoint: str
    path: str
    who: str | None = "admin"
    steps: Steps | None = None
    stays: bool = False

    def open(self, tab: Tab, demo: Demo) -> None:
        """Go there, in a browser where `who` is signed in."""
        name = f"{self.endpoint} {self.path}"
        if name in demo.addresses:
            tab.goto(demo.addresses[name])
        else:
            tab.goto(self.path.format_map(demo.runs))
            if self.steps:
                self.steps(tab, demo)
            if self.stays:
                demo.addresses[name] = urlsplit(tab.url)._replace(scheme="", netloc="").geturl()
        tab.wait_for_load_state()
        expect(tab.locator(SWAPPING)).to_have_count(0)


def _wrong_password(tab: Tab, demo: Demo) -> None:
    people.sign_in(tab, "nobody", "no such password")


def _name_taken(tab: Tab, demo: Demo) -> None:
    tab.locator("[name=name]").fill("admin")
    with tab.expect_navigation():
        tab.locator("[name=name]").press("Enter")


def _make_token(tab: Tab, demo: Demo) -> None:
    tab.locator("[name=name]").fill(f"nightly import {token_hex(2)}")
    with tab.expect_navigation():
        tab.locator("button.main").click()


def _no_file(tab: Tab, demo: Demo) -> None:
    with tab.expect_navigation():
        tab.locator("button.main").click()


def _upload(tab: Tab, file: Path) -> None:
    tab.locator("[type=file]").set_input_files(file)
    tab.locator("[name=table]").select_option("orders")
    with tab.expect_navigation():
        tab.locator("button.main").click()


def _upload_mistakes(tab: Tab, demo: Demo) -> None:
    _upload(tab, demo.mistakes)


def _try_mistakes(tab: Tab, demo: Demo) -> None:
    _upload(tab, demo.mistakes)
    _try(tab)


def _try_what_is_good(tab: Tab, demo: Demo) -> None:
    """Try the orders that are there already: an upsert, of which a few rows differ."""
    _upload(tab, demo.changes)
    tab.locator("[name=mode][value=upsert]").check()
    expect(tab.locator(SWAPPING)).to_have_count(0)
    _try(tab)


def _try(tab: Tab) -> None:
    with tab.expect_navigation():
        tab.locator("button.main").click()
    expect(tab.locator(GOES_ON)).to_have_count(0, timeout=RUN_WITHIN_MS)


# By the names of their pictures.
PAGES: dict[str, Page] = {
    "sign-in": Page("auth.sign_in", "/sign-in", who=None),
    "sign-in-refused": Page("auth.sign_in", "/sign-in", who=None, steps=_wrong_password),
    "home": Page("home.show", "/"),
    "home-viewer": Page("home.show", "/", who="viewer"),
    "account": Page("account.show", "/account/"),
    "account-password": Page("account.change_password", "/account/password"),
    "token-new": Page("tokens.new", "/account/tokens/new"),
    "token-made": Page("tokens.new", "/account/tokens/new", steps=_make_token),
    "tokens": Page("tokens.list_", "/account/tokens/"),
    "users": Page("users.list_", "/users/"),
    "users-new": Page("users.new", "/users/-/new"),
    "users-new-refused": Page("users.new", "/users/-/new", steps=_name_taken),
    "user": Page("users.show", "/users/operator"),
    "tables": Page("tables.list_", "/tables/"),
    "table": Page("tables.show", "/tables/orders"),
    "table-search": Page("tables.show", "/tables/orders?search=done&sort=amount&order=down&page=2"),
    "table-nothing-found": Page("tables.show", "/tables/orders?search=no+such+thing"),
    "table-columns": Page("tables.columns", "/tables/orders/columns"),
    "import": Page("imports.new", "/import/"),
    "import-refused": Page("imports.new", "/import/", steps=_no_file),
    "import-mapping": Page("imports.show", "/import/", steps=_upload_mistakes, stays=True),
    "import-rejects": Page("imports.run", "/import/", steps=_try_mistakes, stays=True),
    "import-confirm": Page("imports.run", "/import/?table=orders", steps=_try_what_is_good, stays=True),
    "scripts": Page("scripts.list_", "/scripts/"),
    "script": Page("scripts.show", "/scripts/flush_calendar"),
    "script-viewer": Page("scripts.show", "/scripts/export_order", who="viewer"),
    "script-apply": Page("scripts.apply", "/scripts/runs/{dry-run-of-flush_calendar}/apply"),
    "runs": Page("runs.list_", "/runs/"),
    "runs-filtered": Page("runs.list_", "/runs/?state=failed"),
    "run-import": Page("runs.show", "/runs/{orders}"),
    "run-failed": Page("runs.show", "/runs/{orders-november}"),
    "run-script": Page("runs.show", "/runs/{flush_calendar}"),
    "run-undo": Page("runs.undo", "/runs/{orders}/undo"),
    "run-resume": Page("runs.resume", "/runs/{flush_calendar}/resume"),
    "runs-verify": Page("runs.verify", "/runs/verify"),
    "not-found": Page(ERRORS, "/nowhere"),
    "not-allowed": Page(ERRORS, "/users/", who="viewer"),
}

# Views that answer GET with something else, and with what.
NO_PAGES: dict[str, str] = {
    "static": "files",
    "home.now": "a part of home, which fetches it",
    "runs.live": "a part of a run's page, which fetches it",
    "runs.log": "a file",
    "runs.artifact": "a file",
    "tables.download": "a workbook",
    "tables.template": "a workbook",
}


def without_entry(app: Flask) -> set[str]:
    """Return the console's views that answer GET and stand in neither table."""
    answering = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return {endpoint for endpoint in answering - _named() if not endpoint.startswith("api_")}


def without_view(app: Flask) -> set[str]:
    """Return what stands in a table and is no view."""
    return _named() - app.view_functions.keys()


def _named() -> set[str]:
    return ({page.endpoint for page in PAGES.values()} | NO_PAGES.keys()) - {ERRORS}
