"""XML from strangers: any encoding that XML allows, no document types, no entities."""

from __future__ import annotations

import io

import pytest

from app.sheets.problems import DamagedFile, RefusedFile
from app.sheets.read.xml import CHUNK, MAIN, elements

BODY = f'<a xmlns="{MAIN[0]}"><b x="é"/></a>'


def names(data: bytes, namespaces: tuple[str, ...] = ()) -> list[str]:
    """Return the names of a part's elements."""
    return [name for name, _ in elements(io.BytesIO(data), "part.xml", namespaces)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_a_part_may_be_in_any_encoding_that_expat_knows(encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    assert list(elements(io.BytesIO((declared + BODY).encode(encoding)), "part.xml")) == [("a", {}), ("b", {"x": "é"})]


@pytest.mark.parametrize("encoding", ["gbk", "utf-7", "no-such-encoding", "utf-32", "base64", "idna", "\u00e9"])
def test_an_encoding_that_expat_does_not_know_is_damage(encoding: str) -> None:
    with pytest.raises(DamagedFile, match=r"^part\.xml"):
        names(f'<?xml version="1.0" encoding="{encoding}"?>{BODY}'.encode())


@pytest.mark.parametrize(
    "declaration",
    [
        "<!DOCTYPE a>",
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE a [<!ENTITY x "y">]>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]>',
    ],
)
def test_a_document_type_is_refused(declaration: str) -> None:
    with pytest.raises(RefusedFile, match="declares a document type"):
        names(f"{declaration}{BODY}".encode())


@pytest.mark.parametrize(
    "data", [b"", b"<a>", b"<a></b>", b"not xml", b"<a>&unknown;</a>", b"\xff\xfe\x00", b"<a/><a/>"]
)
def test_what_is_not_well_formed_is_damage(data: bytes) -> None:
    with pytest.raises(DamagedFile, match=r"^part\.xml is not well-formed: .+\. Open it in Excel, and save it\.$"):
        names(data)


def test_an_encoding_of_a_hundred_thousand_characters_does_not_fill_the_screen() -> None:
    with pytest.raises(DamagedFile, match="unknown encoding: aaa") as error:
        names(f'<?xml version="1.0" encoding="{"a" * 100_000}"?><a/>'.encode())
    assert len(str(error.value)) < 300


def test_elements_of_a_part_longer_than_a_chunk_all_come() -> None:
    count = CHUNK // 4 + 10
    assert len(names(b"<a>" + b"<b/>" * count + b"</a>")) == count + 1


def test_elements_of_other_namespaces_can_be_left_out() -> None:
    data = f'<a xmlns="{MAIN[1]}"><x:a xmlns:x="urn:x"/><p:c xmlns:p="{MAIN[0]}"/></a>'.encode()
    assert names(data) == ["a", "a", "c"]
    assert names(data, MAIN) == ["a", "c"]
