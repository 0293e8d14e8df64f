"""What is no spreadsheet is called what it is."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from app.sheets.problems import NotASpreadsheet
from app.sheets.read.opening import open_workbook

WEB_PAGE = r"a web page \(HTML\) under the name of a workbook\. Open it in Excel, and save it as xlsx"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n1,2\n", "a PDF file"),
        (b"\x89PNG\r\n\x1a\n", r"a picture \(PNG\)"),
        (b"\xff\xd8\xff\xe0", r"a picture \(JPEG\)"),
        (gzip.compress(b"a,b\n", mtime=0), r"a compressed file \(gzip\): unpack it first"),
        (b"7z\xbc\xaf\x27\x1c", r"a compressed file \(7z\)"),
        (b"Rar!\x1a\x07", r"a compressed file \(RAR\)"),
        (b"SQLite format 3\0", "a SQLite database"),
        (b"{\\rtf1 hello}", "an RTF document"),
        (b"#!/bin/sh\necho a,b\n", "a script"),
        (b"<html><table></table></html>", WEB_PAGE),
        (b"\xef\xbb\xbf\r\n <!DOCTYPE html>\n<body>", WEB_PAGE),
        ('<meta charset="x"><TABLE border=1><tr><td>1,5</td>'.encode("utf-16"), WEB_PAGE),
        (
            b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            r"an XML Spreadsheet 2003\. Open it in Excel",
        ),
        (b'<?xml version="1.0"?>\n<rows><row a="1"/></rows>', "an XML file"),
        (b"<rows>\n<row>1,2</row>\n</rows>", "an XML file"),
        (b'{"a": 1, "b": 2}', "a JSON file"),
        (b'[{"a": 1},\n{"a": 2}]', "a JSON file"),
        (b"[1, 2, 3]", "a JSON file"),
        (b"{}", "a JSON file"),
    ],
)
def test_what_is_no_spreadsheet_is_named(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "orders.xls"
    path.write_bytes(data)
    with pytest.raises(NotASpreadsheet, match=f"This is not a spreadsheet but {words}"):
        open_workbook(path)


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_text(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(b"\x01" + random.Random(seed).randbytes(5000))
    with pytest.raises(NotASpreadsheet, match=r"This is not a spreadsheet\."):
        open_workbook(path)


def test_python_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(Path(__file__).read_bytes())
    with pytest.raises(NotASpreadsheet, match=r"text without columns.*--delimiter"):
        open_workbook(path)


@pytest.mark.parametrize(
    "text", ["<TICKER>,<PER>\nA,1\n", "[id],[name]\n1,a\n", "{id}\n1\n", "PK,name\n1,a\n", "<b>,i\n1,2\n"]
)
def test_headers_that_look_like_something_else_are_headers(tmp_path: Path, text: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text)
    assert open_workbook(path).kind == "csv"
