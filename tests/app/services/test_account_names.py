"""Names: letters of any script, kept without differences of width, equal without regard to case."""

from __future__ import annotations

import pytest

from app.services.account_names import BadName, closest, key, normalised


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("li", "li"),
        ("Zhang.Wei_88-b", "Zhang.Wei_88-b"),
        ("李小龙", "李小龙"),
        ("Ｌｉ２", "Li2"),
        ("สมชาย", "สมชาย"),
        ("Jose\u0301", "José"),
        ("x" * 64, "x" * 64),
    ],
)
def test_a_good_name_is_kept_normalised(name: str, kept: str) -> None:
    assert normalised(name) == kept


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "has 0 characters"),
        ("x" * 65, "has 65 characters"),
        ("a b", r"U\+0020 \(space\)"),
        ("李\u3000小龙", r"U\+0020 \(space\)"),
        ("li\n", r"U\+000A \(no printable character\)"),
        ("li\x1b[31m", r"U\+001B \(no printable character\)"),
        ("li\u200b", r"U\+200B \(zero width space\)"),
        ("li\udcff", r"U\+DCFF"),
        ("li@ops", r"U\+0040 \(commercial at\)"),
        ("../etc", "starts with"),
        ("-li", r"starts with U\+002D \(hyphen-minus\)"),
        ("\u0301li", "starts with"),
    ],
)
def test_a_bad_name_is_refused_with_the_reason(name: str, reason: str) -> None:
    with pytest.raises(BadName, match=reason) as caught:
        normalised(name)
    assert caught.value.exit_code == 1
    assert "letters of any script" in caught.value.hint


@pytest.mark.parametrize(("one", "other"), [("Li", "lI"), ("Ｌｉ", "li"), ("ÖZIL", "özil"), ("STRASSE", "straße")])
def test_case_and_width_do_not_tell_names_apart(one: str, other: str) -> None:
    assert key(one) == key(other)


def test_the_closest_name_is_found() -> None:
    assert closest("zao", ["Li", "Zhao", "wang"]) == "Zhao"
    assert closest("xyz", ["Li", "Zhao"]) is None
    assert closest("xyz", []) is None
