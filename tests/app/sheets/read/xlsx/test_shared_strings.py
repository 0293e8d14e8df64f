"""Shared strings come as they stand: runs joined, nothing trimmed, no phonetics; fast or not, they are the same."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import Cell
from app.sheets.problems import DamagedFile, RefusedFile
from app.sheets.read.xlsx.shared_strings import shared_strings
from tests import workbooks


def strings(*items: str) -> list[Cell]:
    """Return the shared strings with these insides; read in both ways."""
    part = workbooks.shared_strings(*items)
    fast, exact = (shared_strings(io.BytesIO((before + part).encode()), "part") for before in ("", "<!-- exact -->"))
    assert repr(fast) == repr(exact)
    return fast


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
    assert strings("", "<t/>", "<t>x</t>") == [None, None, "x"]


def test_what_stands_outside_of_text_elements_is_not_text() -> None:
    assert strings("stray<t>a</t>stray", "<x><y>no</y></x><t>b</t>") == ["a", "b"]


def test_an_escape_may_span_no_two_runs_but_their_joined_text() -> None:
    assert strings("<r><t>_x00</t></r><r><t>0D_</t></r>") == ["\r"]


def test_the_count_that_the_part_declares_is_not_believed() -> None:
    part = f'<sst xmlns="{workbooks.MAIN}" count="999999999" uniqueCount="1"><si><t>a</t></si><si><t>b</t></si></sst>'
    assert shared_strings(io.BytesIO(part.encode()), "part") == ["a", "b"]


def test_more_strings_than_the_limit_are_refused_by_its_setting() -> None:
    part = workbooks.shared_strings("<t>a</t>", "<t>b</t>", "<t>c</t>").encode()
    assert len(shared_strings(io.BytesIO(part), "part", 3)) == 3
    with pytest.raises(RefusedFile, match=r"at least 3 shared strings; the most is 2 \(IMPORT_MAX_STRINGS\)\. Raise"):
        shared_strings(io.BytesIO(part), "part", 2)


def test_a_part_that_breaks_off_is_damaged() -> None:
    part = workbooks.shared_strings("<t>a</t>")[:-5]
    with pytest.raises(DamagedFile, match=r"sharedStrings.xml is not well-formed"):
        shared_strings(io.BytesIO(part.encode()), "sharedStrings.xml")


@given(
    st.lists(
        st.sampled_from(
            [
                "",
                "<t/>",
                "<t></t>",
                "<t>plain</t>",
                "<t xml:space='preserve'> a </t>",
                '<t xml:space="preserve"> 中文 😀\nb</t>',
                "<t>a &amp; b &lt;&#20013;&#x4e2d;&quot;</t>",
                "<t>cr &#13; _x000D_ \r\n</t>",
                '<t>订单</t><phoneticPr fontId="1" type="noConversion"/>',
                "<r><t>ab</t></r><r><rPr><b/></rPr><t>cd</t></r>",
                "<t><![CDATA[</t></si><si><t>no</t>]]></t>",
                "<!-- <t>no</t></si> --><t>yes</t>",
                "<t>_xD83D_</t>",
                "<t>a&#95;x000D_b</t>",
            ]
        ),
        max_size=12,
    )
)
def test_any_mix_of_strings_is_read_alike_in_both_ways(items: list[str]) -> None:
    assert len(strings(*items)) == len(items)


@pytest.mark.parametrize(
    "text", ["&nbsp;", "&#0;", "&#xFFFE;", "&#xD800;", "&#99999999;", "a ]]> b", "\x01", "\ufffe", "&"]
)
def test_what_is_no_xml_is_damage_in_both_ways(text: str) -> None:
    for before in ("", "<!-- exact -->"):
        part = before + workbooks.shared_strings("<t>a</t>", f"<t>{text}</t>", "<t>b</t>")
        with pytest.raises(DamagedFile):
            shared_strings(io.BytesIO(part.encode()), "part")
