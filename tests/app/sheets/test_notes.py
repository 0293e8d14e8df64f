"""The note on a header says what its cells take."""

from __future__ import annotations

import pytest

from app.sheets.notes import SHOWN_MEMBERS, note
from app.sheets.table import KINDS, Column, Key, Table


def lines(column: Column, *keys: Key) -> list[str]:
    """Return the lines of a column's note."""
    return note(column, Table("t", (column,), keys)).split("\n")


@pytest.mark.parametrize(
    ("column", "line"),
    [
        (Column("a", "text", "text", nullable=False), "Required."),
        (Column("a", "text", "text"), "May be blank."),
        (Column("a", "text", "text", nullable=False, default="'new'"), "May be blank: then it becomes 'new'."),
        (Column("a", "text", "text", default="1"), "May be blank. In a sheet without this column it becomes 1."),
    ],
)
def test_blanks(column: Column, line: str) -> None:
    assert lines(column)[:2] == ["a: text", line]


@pytest.mark.parametrize(
    ("kind", "limits", "line"),
    [
        ("text", {"length": 1200}, "Text of at most 1,200 characters."),
        ("text", {"max_bytes": 65535}, "Text of at most 65,535 bytes in UTF-8."),
        ("text", {}, "Text."),
        ("integer", {"minimum": 0, "maximum": 255}, "A whole number from 0 to 255."),
        ("integer", {"minimum": -(2**63), "maximum": 2**63 - 1}, "A whole number."),
        ("decimal", {"precision": 12, "scale": 2}, "A number with at most 10 digits before the point, 2 after."),
        ("decimal", {}, "A number."),
        ("float", {}, "A number."),
        ("float", {"exact_digits": 6}, "A number of at most 6 digits."),
        ("binary", {"max_bytes": 16}, "Binary data of at most 16 bytes in base64; import it with --binary base64."),
        ("enum", {"members": ("new", "", "已付")}, "One of: new, 已付."),
    ],
)
def test_limits(kind: str, limits: dict, line: str) -> None:
    assert lines(Column("a", kind, "x", **limits))[2] == line


def test_a_bigint_is_said_to_be_kept_as_text() -> None:
    assert "more than 15 digits" in lines(Column("a", "integer", "bigint(20)", maximum=2**63 - 1))[2]


def test_many_members_are_cut_short() -> None:
    line = lines(Column("a", "enum", "enum", members=tuple(map(str, range(SHOWN_MEMBERS + 2)))))[2]
    assert line.endswith(f"{SHOWN_MEMBERS - 1} and 2 more.")


def test_every_kind_has_words() -> None:
    assert all(len(lines(Column("a", kind, "x"))) == 3 for kind in KINDS)


def test_keys_are_told() -> None:
    found = lines(Column("a", "text", "text"), Key("PRIMARY", ("a",)), Key("k", ("b", "a", "c")), Key("x", ("b",)))
    assert found[3:] == ["No two rows alike.", "No two rows alike in this and b, c."]


def test_what_no_cell_can_hold_is_left_out_and_a_missing_type_too() -> None:
    assert lines(Column("bell\x07", "text", ""))[0] == "bell"
