"""Addresses to be sent to: pages of this console alone, however another host is written."""

from __future__ import annotations

import pytest

from app.web.addresses import ours

ELSEWHERE = [
    "",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\\evil.example",
    "\t//evil.example",
    " //evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "evil.example",
    "//[",
    "/a\r\nSet-Cookie: b=c",
    "/\x00",
]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nothing_leads_elsewhere(wanted: str) -> None:
    assert ours(wanted, "/home") == "/home"


@pytest.mark.parametrize("wanted", ["/", "/runs/?state=failed&page=2", "/users/李", "/tables/a%2Fb", "/x?next=//y"])
def test_pages_of_ours_are_kept(wanted: str) -> None:
    assert ours(wanted, "/home") == wanted
