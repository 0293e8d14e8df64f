"""Texts come as they stand: escapes decoded, runs joined, nothing trimmed, no phonetics."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import Cell, Unusable
from app.sheets.problems import DamagedFile, RefusedFile
from app.sheets.read import texts
from app.sheets.read.texts import unescaped
from tests import workbooks


def strings(*items: str) -> list[Cell]:
    """Return the shared strings with these insides."""
    return list(texts.shared_strings(io.BytesIO(workbooks.shared_strings(*items).encode()), "sharedStrings.xml"))


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


def test_rich_text_is_joined() -> None:
    assert strings("<r><t>ab</t></r><r><rPr><b/></rPr><t>cd</t></r>", "<t>a</t><r><t>b</t></r>") == ["abcd", "ab"]


def test_phonetics_are_not_part_of_the_text() -> None:
    item = "<t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh><phoneticPr fontId='1'/>"
    assert strings(item, "<t>next</t>") == ["東京", "next"]


def test_text_is_not_trimmed_and_keeps_its_lines() -> None:
    assert strings('<t xml:space="preserve">  a\nb&#13;&#9; </t>', "<t> c </t>") == ["  a\nb\r\t ", " c "]


def test_entities_cdata_comments_and_instructions_are_xml_and_not_text() -> None:
    assert strings("<t>&lt;&amp;&#x1F600;<![CDATA[<b>]]>x<!-- no -->y<?no no?>z</t>") == ["<&😀<b>xyz"]


def test_an_empty_string_keeps_its_place() -> None:
    assert strings("", "<t/>", "<t>x</t>") == ["", "", "x"]


def test_what_stands_outside_of_text_elements_is_not_text() -> None:
    assert strings("stray<t>a</t>stray", "<x><y>no</y></x><t>b</t>") == ["a", "b"]


def test_an_escape_may_span_no_two_runs_but_their_joined_text() -> None:
    assert strings("<r><t>_x00</t></r><r><t>0D_</t></r>") == ["\r"]


def test_the_count_that_the_part_declares_is_not_believed() -> None:
    part = f'<sst xmlns="{workbooks.MAIN}" count="999999999" uniqueCount="1"><si><t>a</t></si><si><t>b</t></si></sst>'
    assert texts.shared_strings(io.BytesIO(part.encode()), "part") == ["a", "b"]


def test_more_strings_than_a_workbook_can_use_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MOST_SHARED_STRINGS", 2)
    with pytest.raises(RefusedFile, match="more than 2 shared strings"):
        strings("<t>a</t>", "<t>b</t>", "<t>c</t>")


def test_a_part_that_breaks_off_is_damaged() -> None:
    part = workbooks.shared_strings("<t>a</t>")[:-5]
    with pytest.raises(DamagedFile, match=r"sharedStrings.xml is not well-formed"):
        texts.shared_strings(io.BytesIO(part.encode()), "sharedStrings.xml")
