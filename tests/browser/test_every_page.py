"""Every page can be read by everybody: on a phone, in both languages, by day and by night."""

from __future__ import annotations

import pytest
from flask import Flask

from app import create_app
from tests.browser import demo, looks, pages
from tests.browser.conftest import NewPage, SignedIn
from tests.browser.console import Installation
from tests.browser.demo import Demo
from tests.browser.once import Copied
from tests.browser.pages import PAGES

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def installation(copied: Copied) -> Installation:
    """Give an installation with something to look at, and the project's own scripts."""
    return Installation(copied("demo", lambda folder: demo.fill(Installation(folder))))


@pytest.fixture(scope="module")
def shown(installation: Installation) -> Demo:
    """Give what there is to look at."""
    return demo.demo_of(installation)


@pytest.fixture
def bare_app() -> Flask:
    """Give an application whose database nobody asks."""
    return create_app("testing")


def test_every_view_has_an_entry(bare_app: Flask) -> None:
    assert pages.without_entry(bare_app) == set(), "name them in tests/browser/pages.py"
    assert pages.without_view(bare_app) == set()


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_phone_and_is_readable(
    shown: Demo, new_page: NewPage, signed_in: SignedIn, name: str, locale: str
) -> None:
    page, options = PAGES[name], {"viewport": PHONE, "locale": locale}
    tab = signed_in(page.who, **options) if page.who else new_page(**options)
    page.open(tab, shown)
    assert (tab.locator("html").get_attribute("lang") or "").startswith(locale[:2])
    problems = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        problems += [f"{scheme}: {violation}" for violation in looks.violations(tab)]
    assert not problems, "\n".join(problems)
    assert looks.too_wide(tab) == []
