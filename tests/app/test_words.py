"""Words for people: numbers of things, and what others wrote made fit for a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.words import counted, listed, plain, plain_lines, without_values


def test_things_are_counted_in_english() -> None:
    assert [counted(number, "row") for number in (0, 1, 48210)] == ["0 rows", "1 row", "48,210 rows"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("订单 🔩 x\u00a0y", "订单 🔩 x\u00a0y"),
        ("a\r\nb\nc\u2028d\u2029e\x85f", "a⏎b⏎c⏎d⏎e⏎f"),
        ("a\x1b[31mb\x07\t\x7f\x9b\r", "a�[31mb�����"),
        ("a\u202egpj.exe\u2066b", "a�gpj.exe�b"),
        ("half\udcff", "half�"),
    ],
)
def test_what_a_terminal_would_obey_is_shown(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(st.characters(codec=None)))
def test_nothing_that_is_made_plain_moves_a_cursor(text: str) -> None:
    line = plain(text)
    assert len(line.splitlines()) <= 1
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in line)
    line.encode()


def test_line_breaks_of_our_own_stay() -> None:
    assert plain_lines("first\n  second\x1b[2J") == "first\n  second�[2J"


def test_what_a_database_quotes_is_left_out() -> None:
    said = "Duplicate entry 'hunter2' for key \"PRIMARY\""
    assert without_values(said) == "Duplicate entry '…' for key \"…\""


def test_names_beyond_the_third_are_counted() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b, c"
    assert listed([*"abcdef"]) == "a, b, c and 3 more"
