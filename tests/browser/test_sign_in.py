"""Signing in and out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import people
from tests.browser.conftest import NewPage, SignedIn

HOME = re.compile(r"/$")
SIGN_IN = re.compile(r"/sign-in(\?.*)?$")


def test_the_right_password_leads_home_and_signing_out_ends_it(page: Page) -> None:
    people.sign_in(page, "admin")
    expect(page).to_have_url(HOME)
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(SIGN_IN)
    page.goto("/")
    expect(page).to_have_url(SIGN_IN)


def test_a_wrong_password_is_told_beside_the_form(page: Page) -> None:
    people.sign_in(page, "admin", "lantern quartz meadow eighty")
    expect(page).to_have_url(SIGN_IN)
    expect(page.locator("form [role=alert], form .error").first).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("admin")
    expect(page.locator("[name=password]")).to_have_value("")


@pytest.mark.parametrize("installation", ["mysql"], indirect=True)
def test_it_is_the_same_on_mariadb(page: Page) -> None:
    people.sign_in(page, "viewer")
    expect(page).to_have_url(HOME)


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_everybody_can_read_it(
    new_page: NewPage, signed_in: SignedIn, axe: Callable[[Page], None], color_scheme: str
) -> None:
    page = new_page(color_scheme=color_scheme)
    page.goto("/sign-in")
    axe(page)
    axe(signed_in("admin", color_scheme=color_scheme))
