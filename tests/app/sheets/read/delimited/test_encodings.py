"""A text file is decoded as a whole, or refused by line and byte."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.problems import DamagedFile
from app.sheets.read.delimited import encodings
from app.sheets.read.delimited.encodings import decoded_start, find_encoding

CHINESE = "编码,名称\r\n001,一上海\r\n"


def found(data: bytes, wanted: str = "") -> str:
    """Return the encoding of a file with these bytes."""
    return find_encoding(io.BytesIO(data), data[:4096], wanted)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"a,b\n", "utf-8"),
        (CHINESE.encode(), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8"),
        (CHINESE.encode("gbk"), "gb18030"),
        ("名,😀\n".encode("gb18030"), "gb18030"),
        (CHINESE.encode("utf-16"), "utf-16-le"),
        ("\ufeff一".encode("utf-16-be"), "utf-16-be"),
        (CHINESE.encode("utf-16-le"), "utf-16-le"),
        (CHINESE.encode("utf-16-be"), "utf-16-be"),
        ("a;b".encode("utf-16-le"), "utf-16-le"),
        ("a;b".encode("utf-16-be"), "utf-16-be"),
        (("说明一下" * 300 + "\n").encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_encoding_is_found(data: bytes, encoding: str) -> None:
    assert found(data) == encoding


@pytest.mark.parametrize(
    ("wanted", "data", "encoding"),
    [
        ("UTF8", b"\xef\xbb\xbfa", "utf-8"),
        ("utf-8-sig", b"a", "utf-8"),
        ("utf-16", "a".encode("utf-16"), "utf-16-le"),
        ("utf-16", "\ufeffa".encode("utf-16-be"), "utf-16-be"),
        ("utf-16", "一\n".encode("utf-16-le"), "utf-16-le"),
        ("UTF_16_BE", "一".encode("utf-16-be"), "utf-16-be"),
        ("latin1", "é,\n".encode("latin-1"), "iso8859-1"),
        ("big5", "編碼".encode("big5"), "big5"),
    ],
)
def test_encoding_may_be_named(wanted: str, data: bytes, encoding: str) -> None:
    assert found(data, wanted) == encoding


@pytest.mark.parametrize(
    ("data", "wanted", "message"),
    [
        (b"a\nb\nc\xff\xff\n", "", r"Line 3 is neither UTF-8 nor GB18030: byte 0xFF\. Name its encoding with --enc"),
        (b"a\rb\rc\xff\xff\r", "", "Line 3 is neither"),
        ("a\n编".encode()[:-1], "utf-8", r"Line 2 is not utf-8: byte 0xE7"),
        (b"\xef\xbb\xbfa\n\xb1\xe0", "", r"Line 2 is not utf-8: byte 0xB1"),
        (b"a\n\x81", "cp1252", r"Line 2 is not cp1252: byte 0x81"),
        ("a\nb\n".encode("utf-16") + b"\x00\xd8a\x00", "", "Line 3 is not utf-16-le"),
        (b"a,b\n1,2\n3,\x004\n", "", "Line 3 holds a NUL character"),
        (b"a,b\n1,2\n3,4\n\0\0\0\0", "utf-8", "Line 4 holds a NUL character"),
        ("a\nb\0".encode("utf-16"), "", "Line 2 holds a NUL character"),
    ],
)
def test_what_does_not_decode_is_named_by_its_line(data: bytes, wanted: str, message: str) -> None:
    with pytest.raises(DamagedFile, match=message):
        found(data, wanted)


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_character_across_two_chunks_is_whole(monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    monkeypatch.setattr(encodings, "CHUNK", 5)
    assert found(b"a" * place + "编码名称\n".encode()) == "utf-8"
    assert found(b"a" * place + "编码名称\n".encode("gbk")) == "gb18030"
    with pytest.raises(DamagedFile, match="Line 2 is neither"):
        found(b"a" * place + "编\n码".encode() + b"\xff\xff")


def test_line_without_an_end_is_refused_before_it_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "CHUNK", 10)
    monkeypatch.setattr(encodings, "LONGEST_LINE", 100)
    assert found(b"a" * 90 + b"\n" + b"a" * 90 + b"\r" + b"a" * 90) == "utf-8"
    with pytest.raises(DamagedFile, match="Line 3 has more than 100 characters"):
        found(b"a\nb\n" + b"a" * 120)


def test_start_of_a_file_may_break_a_character() -> None:
    assert decoded_start("编码".encode()[:-1], "utf-8") == "编"
    assert decoded_start("\ufeffa".encode(), "utf-8") == "a"


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_utf_8_and_its_mark_are_never_taken_for_another(text: str) -> None:
    assert found(b"\xef\xbb\xbf" + text.encode()) == "utf-8"
    if not text.encode().startswith((b"\xff\xfe", b"\xfe\xff")) and text.isprintable():
        assert found(text.encode()) == "utf-8"
