"""How results are printed."""

from __future__ import annotations

import json

import pytest

from commands.output import as_json, print_table


def test_a_table_shows_what_a_terminal_would_obey(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["na\x1bme"], [["a\x1b[2J\nb"], ["[bold]订单"]], empty="Nothing.")
    printed = capsys.readouterr()
    headers, _rule, *rows = printed.out.splitlines()
    assert headers.strip() == "NA�ME"
    assert [row.strip() for row in rows] == ["a�[2J⏎b", "[bold]订单"]


def test_json_escapes_what_a_terminal_would_obey() -> None:
    value = {"name": "a\x1b\x7f\x9b\u202e\udcff订单 🔩"}
    text = as_json(value)
    assert json.loads(text) == value
    assert "订单 🔩" in text
    assert not any(character in text for character in "\x1b\x7f\x9b\u202e\udcff")
