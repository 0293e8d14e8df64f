"""The page of the API can be read by everybody: on a phone, by day and by night."""

from __future__ import annotations

import pytest

from tests.browser import looks
from tests.browser.conftest import NewPage
from tests.browser.test_every_page import PHONE


@pytest.mark.long
def test_the_page_of_the_api_fits_a_phone_and_is_readable(new_page: NewPage) -> None:
    tab = new_page(viewport=PHONE)
    tab.goto("/api/v1/docs")
    assert looks.too_wide(tab) == []
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert looks.too_wide(tab) == []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        assert looks.violations(tab) == [], scheme
