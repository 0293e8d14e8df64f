"""Small workbooks to be damaged: what they hold is known, so that a file that is read otherwise is noticed."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator, Mapping

from tests.workbooks import parts_of, worksheet

Rows = dict[int, tuple[str | None, ...]]  # the texts of each row in the columns that have a header

DATA = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
    '<row r="2"><c r="A2" t="s"><v>3</v></c><c r="B2"><v>1.5</v></c><c r="C2" s="1"><v>45453</v></c></row>'
    '<row r="3" spans="1:3"><c r="A3" t="inlineStr"><is><t>in line</t></is></c><c r="B3"><f>1+1</f><v>2</v></c></row>'
    '<row r="4"><c r="A4" t="str"><v>a &amp; b</v></c><c r="B4" t="b"><v>1</v></c><c r="C4" s="2"><v>0.5</v></c></row>'
)
STRINGS = ("<t>name</t>", "<t>n</t>", "<t>day</t>", "<r><t>rich </t></r><r><t>文</t></r>")
FORMATS = (14, "[h]:mm")
ROWS: Rows = {
    1: ("name", "n", "day"),
    2: ("rich 文", "1.5", "2024-06-10"),
    3: ("in line", "2", None),
    4: ("a & b", "TRUE", "12:00:00"),
}


def packed(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return the parts as a ZIP file that is the same every time: without the time at which it was made."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


# The parts of a small xlsx.
PARTS = parts_of(
    {"Sheet1": worksheet(DATA, '<dimension ref="A1:C4"/>', '<mergeCells><mergeCell ref="A5:B6"/></mergeCells>')},
    STRINGS,
    FORMATS,
)
SMALL_XLSX = packed(PARTS)


def prefixes(data: bytes) -> Iterator[bytes]:
    """Yield everything that a file may be cut off to and not be taken for a text."""
    for length in (0, *range(4, len(data))):
        yield data[:length]


def bit_flips(data: bytes, count: int) -> Iterator[bytes]:
    """Yield a file with one bit turned over, at places that are the same every time."""
    for place in random.Random(len(data)).sample(range(len(data) * 8), count):
        yield flipped(data, place)


def every_bit_flip(data: bytes) -> Iterator[bytes]:
    """Yield a file with each of its bits turned over."""
    for place in range(len(data) * 8):
        yield flipped(data, place)


def flipped(data: bytes, bit: int) -> bytes:
    """Return a file with one bit turned over."""
    other = bytearray(data)
    other[bit // 8] ^= 1 << bit % 8
    return bytes(other)
