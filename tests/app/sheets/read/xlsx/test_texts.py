"""The escapes of texts are decoded, and never half a character."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import Unusable
from app.sheets.read.xlsx.texts import unescaped


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("plain", "plain"),
        ("a_x000D_b", "a\rb"),
        ("a_x000d_b", "a\rb"),
        ("_x000D__x000A_", "\r\n"),
        ("_x005F_x000D_", "_x000D_"),
        ("_x005F_", "_"),
        ("_x005f_x005F_", "_x005F_"),
        ("_xD83D__xDE00_", "😀"),
        ("_x0000_", "\0"),
        ("_xFEFF_a", "\ufeffa"),
        ("_x12_", "_x12_"),
        ("_xGGGG_", "_xGGGG_"),
        ("_x000D", "_x000D"),
        ("my_xml_file", "my_xml_file"),
        ("_x００41_", "_x００41_"),
        ("😀_x0041_", "😀A"),
    ],
)
def test_escapes_are_decoded(text: str, decoded: str) -> None:
    assert unescaped(text) == decoded


@pytest.mark.parametrize("text", ["_xD83D_", "a_xDE00_", "_xDE00__xD83D_", "_xD83D_x_xDE00_"])
def test_half_a_character_is_unusable(text: str) -> None:
    cell = unescaped(text)
    assert isinstance(cell, Unusable)
    assert "half of a character" in cell.reason


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.sampled_from(["lower", "upper"]))
def test_what_is_escaped_comes_back(text: str, case: str) -> None:
    def spell(match: re.Match[str]) -> str:
        units = match[0].encode("utf-16-be").hex()
        units = units.upper() if case == "upper" else units
        return "".join(f"_x{units[i : i + 4]}_" for i in range(0, len(units), 4))

    safe = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    assert unescaped(re.sub(r"[^ -~]", spell, safe)) == text


@given(st.text(alphabet="_x0DdF5a", max_size=30))
def test_any_text_is_decoded_without_harm(text: str) -> None:
    cell = unescaped(text)
    assert isinstance(cell, Unusable) or cell.encode() is not None
