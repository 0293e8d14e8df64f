"""What a file is by its first bytes, and what it says when it is no spreadsheet."""

from __future__ import annotations

import re

from app.sheets.problems import NotASpreadsheet

START = 64 << 10  # bytes that are looked at
TAKEN = "It takes xlsx, xlsm, xlsb, xls and ods files, and CSV and TSV."
ZIP, OLE, BIFF, TEXT = "zip", "ole", "biff", "text"

# PKWARE, APPNOTE.TXT, 4.3: a local header, an archive without parts, a part of several.
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# BOF records of the Excel files that came before OLE: versions 2, 3, 4 and 5.
_BIFF_STARTS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
_KNOWN: dict[bytes, str] = {
    b"%PDF": "a PDF file",
    b"{\\rtf": "an RTF document",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"\x1f\x8b": "a compressed file (gzip): unpack it first",
    b"BZh": "a compressed file (bzip2): unpack it first",
    b"\xfd7zXZ": "a compressed file (xz): unpack it first",
    b"7z\xbc\xaf": "a compressed file (7z): unpack it first",
    b"Rar!": "a compressed file (RAR): unpack it first",
    b"SQLite format 3\0": "a SQLite database",
    b"\x7fELF": "a program",
    b"#!": "a script",
}
# Of a text's first letters: what it is, and what to do.
_SAVE = "Open it in Excel, and save it as xlsx."
_MARKUP: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"(?=<).*urn:schemas-microsoft-com:office:spreadsheet", re.DOTALL), "an XML Spreadsheet 2003", _SAVE),
    (
        re.compile(r"(?=<).*<(!doctype\s+html|html|head|body|table|tr|meta|style|div)\b", re.DOTALL | re.IGNORECASE),
        "a web page (HTML) under the name of a workbook",
        _SAVE,
    ),
    (re.compile(r"<(\?xml|!|[\w:.-]+(\s[^<>]*)?/?>\s*(<|$))", re.IGNORECASE), "an XML file", TAKEN),
    (re.compile(r'(\{\s*("|\}|$)|\[\s*(["{\[\]]|-?\d|true\b|false\b|null\b|$))'), "a JSON file", TAKEN),
)
_LEGAL_CONTROLS = frozenset(b"\t\n\f\r\x1a\x1b")
_CONTROLS = bytes(code for code in range(32) if code not in _LEGAL_CONTROLS and code != 0)
_MOST_CONTROLS = 1 / 50  # of the bytes of a text
_MOST_NULS = 1 / 4


def kind_of(start: bytes) -> str:
    """Return the kind of a file, one of the four above, by its first `START` bytes.

    Raises:
        NotASpreadsheet: it is none of them.
    """
    if start.startswith(_ZIP_STARTS):
        return ZIP
    if start.startswith(_OLE_START):
        return OLE
    if start.startswith(_BIFF_STARTS):
        return BIFF
    if not start:
        raise NotASpreadsheet("The file is empty.")
    known = next((words for magic, words in _KNOWN.items() if start.startswith(magic)), None)
    if known is not None:
        raise NotASpreadsheet(f"This is not a spreadsheet but {known}.", TAKEN)
    return TEXT


def check_is_text(start: bytes) -> None:
    """Raise NotASpreadsheet if bytes, of one or more to a character, are no text: a program, a picture, noise."""
    controls = len(start) - len(start.translate(None, _CONTROLS))
    if controls > len(start) * _MOST_CONTROLS or start.count(0) > len(start) * _MOST_NULS:
        raise NotASpreadsheet("This is not a spreadsheet.", TAKEN)


def check_is_table(text: str) -> None:
    """Raise NotASpreadsheet if a text's beginning is that of a web page, of XML or of JSON."""
    text = text.lstrip()
    for pattern, words, hint in _MARKUP:
        if pattern.match(text):
            raise NotASpreadsheet(f"This is not a spreadsheet but {words}.", hint)
