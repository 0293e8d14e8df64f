"""Hostile ZIP files: bombs, lies about sizes, parts that overlap, stand twice or are kept in odd ways."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile

from tests.fuzz.attack import Attack, changed, legal
from tests.fuzz.samples import DATA, PARTS, SMALL_XLSX, packed
from tests.workbooks import worksheet

SHEET = "xl/worksheets/sheet1.xml"
MIB = 1 << 20
# Where the fields stand behind the signature of a part's entry in the directory, and of its own header (PKWARE,
# APPNOTE.TXT, 4.3.12 and 4.3.7).
DIRECTORY, HEADER = b"PK\x01\x02", b"PK\x03\x04"
FLAGS, METHOD, PACKED, INFLATED = {DIRECTORY: 8, HEADER: 6}, {DIRECTORY: 10, HEADER: 8}, 20, 24
OFFSET, NAME = 42, 46


def blanks(mib: int) -> str:
    """Return a worksheet with that many MiB of blanks before its rows."""
    return worksheet(" " * (mib * MIB) + DATA)


def lie(field: int, value: int, data: bytes = SMALL_XLSX) -> bytes:
    """Return a file whose directory has another 32-bit number for the worksheet."""
    changed_data = bytearray(data)
    struct.pack_into("<I", changed_data, entry_of(data, SHEET) + field, value)
    return bytes(changed_data)


def entry_of(data: bytes, name: str) -> int:
    """Return where a part's entry in the directory begins."""
    return data.rindex(name.encode()) - NAME


def marked(fields: dict[bytes, int], value: int) -> bytes:
    """Return the small file with another 16-bit number for the worksheet, in the directory and in its own header."""
    data = bytearray(SMALL_XLSX)
    header = struct.unpack_from("<I", data, entry_of(SMALL_XLSX, SHEET) + OFFSET)[0]
    struct.pack_into("<H", data, header + fields[HEADER], value)
    struct.pack_into("<H", data, entry_of(SMALL_XLSX, SHEET) + fields[DIRECTORY], value)
    return bytes(data)


def twice(name: str, content: str) -> bytes:
    """Return the small file with another worksheet of the same name, or of one that only differs in capitals."""
    file = io.BytesIO(SMALL_XLSX)
    with warnings.catch_warnings(), zipfile.ZipFile(file, "a") as archive:
        warnings.simplefilter("ignore")  # that the name is there already
        archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def overlapping() -> bytes:
    """Return a file whose directory leads to the worksheet's bytes for the styles as well."""
    sheet = struct.unpack_from("<I", SMALL_XLSX, entry_of(SMALL_XLSX, SHEET) + OFFSET)[0]
    data = bytearray(SMALL_XLSX)
    struct.pack_into("<I", data, entry_of(SMALL_XLSX, "xl/styles.xml") + OFFSET, sheet)
    return bytes(data)


def greedy_lzma() -> bytes:
    """Return a file of LZMA whose parts ask for a dictionary of 4 GiB."""
    data = packed(PARTS, zipfile.ZIP_LZMA)
    properties = b"\x09\x04\x05\x00\x5d"  # version 9.4, 5 bytes: lc/lp/pb, then the size of the dictionary
    parts = data.split(properties)
    return (properties + b"\xff\xff\xff\xff").join([parts[0], *(part[4:] for part in parts[1:])])


def nested() -> bytes:
    """Return a workbook whose worksheet is a workbook."""
    return packed(PARTS | {SHEET: SMALL_XLSX})


ARCHIVES = {
    "bomb of true size": Attack(changed(SHEET, blanks(70)), error="IMPORT_MAX_RATIO"),
    "bomb below the limits": legal(changed(SHEET, blanks(60))),
    "bomb that says to be small": Attack(
        lambda: lie(INFLATED, 100, packed(PARTS | {SHEET: blanks(60)})), error="is damaged"
    ),
    "file that says to be a bomb": Attack(lambda: lie(INFLATED, 0xFFFFFFF0), error="IMPORT_MAX_RATIO"),
    "part that says to be packed in nothing": Attack(lambda: lie(PACKED, 0), error="is damaged"),
    "part that says to be packed in all": legal(lambda: lie(PACKED, 0xFFFFFF00)),  # it is the last one
    "part beyond the end": Attack(lambda: lie(OFFSET, 0x7FFFFFFF), error="is damaged"),
    "ten thousand and one parts": Attack(
        lambda: packed(PARTS | {f"x/{number}": "" for number in range(10_001 - len(PARTS))}), error="IMPORT_MAX_PARTS"
    ),
    "thousands of parts": legal(lambda: packed(PARTS | {f"x/{number}": "" for number in range(9_000)})),
    "parts that overlap": Attack(overlapping, error="overlaps|differ"),
    "part that stands twice": Attack(lambda: twice(SHEET, worksheet("")), error="stands twice"),
    "part that stands twice in other capitals": Attack(lambda: twice("XL/workbook.XML", "?"), error="stands twice"),
    "encrypted part": Attack(lambda: marked(FLAGS, 1), error="is encrypted"),
    "method that nobody knows": Attack(lambda: marked(METHOD, 99), error="is damaged"),
    "deflated part that says to be stored": Attack(lambda: marked(METHOD, 0), error="is damaged|not well-formed"),
    "parts kept by bzip2": Attack(lambda: packed(PARTS, zipfile.ZIP_BZIP2), error="is damaged"),
    "parts kept by LZMA": Attack(lambda: packed(PARTS, zipfile.ZIP_LZMA), error="is damaged"),
    "LZMA that asks for 4 GiB": Attack(greedy_lzma, error="is damaged|memory"),
    "workbook for a worksheet": Attack(nested, error="not well-formed"),
    "junk behind the archive": legal(lambda: SMALL_XLSX + b"\0" * 1000),
    "junk before the archive": Attack(lambda: b"PK" + b"\0" * 1000 + SMALL_XLSX, error="not a spreadsheet"),
    "directory and nothing else": Attack(lambda: SMALL_XLSX[SMALL_XLSX.index(DIRECTORY) :], error="damaged|NUL"),
}
