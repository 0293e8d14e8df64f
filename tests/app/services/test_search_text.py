"""What people type to look for something."""

from __future__ import annotations

import pytest

from app.errors import Invalid
from app.services.search_text import LONGEST_SEARCH, search_text


@pytest.mark.parametrize(
    ("typed", "text"), [("  li ", "li"), ("\0", ""), ("l\0i", "li"), ("　李 明　", "李 明"), ("50%", "50%")]
)
def test_what_nobody_sees_is_not_looked_for(typed: str, text: str) -> None:
    assert search_text(typed) == text


def test_a_search_has_a_limit() -> None:
    assert search_text("a" * LONGEST_SEARCH)
    with pytest.raises(Invalid, match="201 characters"):
        search_text("a" * (LONGEST_SEARCH + 1))
