"""Who signs in: one person of each role, named for it, all with the same password."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.console import Installation

PEOPLE = ("viewer", "operator", "admin")
PASSWORD = "lantern quartz meadow ninety"


def settle(installation: Installation) -> None:
    """Make the database and its people, by the commands that anybody would type."""
    installation.flask("initdb", "--yes")
    for name in PEOPLE:
        installation.flask("create-user", name, "--role", name, "--password-stdin", stdin=f"{PASSWORD}\n")


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Fill in the form of the sign-in page, as a person does."""
    page.goto("/sign-in")
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(password)
    with page.expect_navigation():
        page.locator("[name=password]").press("Enter")


def sign_in_or_fail(page: Page, name: str) -> None:
    """Sign in somebody who may, and be at home."""
    sign_in(page, name)
    assert page.url.endswith("/"), f'"{name}" cannot sign in:\n{page.locator("body").inner_text()}'
