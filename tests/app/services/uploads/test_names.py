"""Names of uploads are safe, and still those that people know."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.uploads.names import LONGEST_BYTES, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("面料 表（六月）.xlsx", "面料 表（六月）.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\li\\june.xlsx", "june.xlsx"),
        ("/tmp/june.xlsx", "june.xlsx"),  # noqa: S108 - a name that a browser sends
        ("..", "upload"),
        ("", "upload"),
        ("a\x00b\n.xlsx", "ab.xlsx"),
        ("june\u202exslx.exe", "junexslx.exe"),
        (".htaccess", "htaccess"),
        ('a<b>"c|?*:.xlsx', "a_b__c____.xlsx"),
        ("e\u0301.xlsx", "é.xlsx"),
        ("half \udcff.xlsx", "half .xlsx"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("面" * 300 + ".xlsx")
    assert name.endswith("面.xlsx")
    assert LONGEST_BYTES - 3 < len(name.encode()) <= LONGEST_BYTES


@given(st.text(max_size=300))
def test_whatever_it_is_it_is_one_name(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert safe not in (".", "..")
    assert not set(safe) & set('/\\\0\n<>:"|?*')
    assert len(safe.encode()) <= LONGEST_BYTES
    assert safe_name(safe) == safe
