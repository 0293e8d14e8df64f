"""A new user, from the admin's page to their own first page, in their own language."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import people
from tests.browser.conftest import NewPage, SignedIn

OWN_PASSWORD = "seven grey herons at noon"


def made(page: Page, name: str) -> str:
    """Make an operator as an admin does; return the password that is shown."""
    page.goto("/users/")
    page.get_by_role("link", name="New user").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("operator:").check()
    page.get_by_role("button", name="Create user").click()
    return page.locator("code.secret").inner_text()


@pytest.mark.parametrize("name", ["li", "王小明"])
def test_a_new_user_signs_in_and_has_to_choose_a_password(signed_in: SignedIn, page: Page, name: str) -> None:
    password = made(signed_in("admin"), name)
    people.sign_in(page, name, password)
    expect(page).to_have_url(re.compile("/account/password$"))
    page.goto("/tables/")
    expect(page).to_have_url(re.compile("/account/password$"))
    page.get_by_label("Your password").fill(password)
    page.get_by_label("New password", exact=True).fill(OWN_PASSWORD)
    page.get_by_label("New password again").fill(OWN_PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("status")).to_contain_text("Your password is changed")
    page.get_by_role("link", name="Tables").click()
    expect(page.get_by_role("link", name="orders", exact=True)).to_be_visible()


def test_whoever_is_disabled_is_out_at_once(signed_in: SignedIn, new_page: NewPage) -> None:
    admin, theirs = signed_in("admin"), new_page()
    people.sign_in(theirs, "leaver", made(admin, "leaver"))
    admin.goto("/users/leaver")
    admin.once("dialog", lambda dialog: dialog.accept())
    admin.get_by_role("button", name="Disable").click()
    expect(admin.get_by_role("heading", level=1)).to_contain_text("disabled")
    theirs.goto("/")
    expect(theirs).to_have_url(re.compile("/sign-in"))


def test_the_language_is_the_browsers_until_one_chooses(new_page: NewPage) -> None:
    page = new_page(locale="zh-CN")
    page.goto("/sign-in")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    people.sign_in_or_fail(page, "viewer")
    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("link", name="首页", exact=True)).to_be_visible()
    elsewhere = new_page(locale="en-US")
    people.sign_in_or_fail(elsewhere, "viewer")
    expect(elsewhere.locator("html")).to_have_attribute("lang", "zh-CN")
