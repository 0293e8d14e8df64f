"""A fuzz target for atheris: whatever the bytes, reading ends in cells or in an AppError, the same on both paths.

Atheris is no dependency of the project (it has wheels for few Pythons). To run the target, from the project's folder:

    .venv/bin/pip install atheris
    .venv/bin/python -m tests.fuzz.target fuzz-corpus -max_total_time=600 -timeout=10 -rss_limit_mb=2048

The folder is made and given its seeds where there is none, and keeps what the fuzzer learns. The options are those of
libFuzzer; `-jobs=2` runs two. A crash leaves a file `crash-…`, which `python -m tests.fuzz.target crash-…` runs again.

An input that begins like a workbook is read as it is. Of any other, the first byte chooses a part of a small xlsx, and
the rest replaces that part, so that what changes its XML is not lost in the checksums of a ZIP file. There, bytes from
128 on stand for whole pieces of markup: few inputs would be well-formed otherwise.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["app.sheets.read", "app.sheets.cells"]):
    from tests.app.sheets.read.oracles import by_us, by_us_without_the_fast_path
from tests.fuzz.samples import PARTS, SMALL_XLSX, packed
from tests.workbooks import MAIN, PACKAGE, RELATIONSHIPS, STRICT_MAIN

STARTS = (b"PK", b"\xd0\xcf\x11\xe0", b"\x09")
REPLACED = sorted(name for name in PARTS if name.startswith("xl/"))
FILE = Path(tempfile.mkdtemp()) / "book.xlsx"
MARKUP = (
    *('<row r="1"', '<row r="2"', '<row r="3"', '<row r="1048576"', "<row", ' hidden="1"', ' spans="1:3"', "</row>"),
    *('<c r="A1"', '<c r="B1"', '<c r="A2"', '<c r="B2"', '<c r="C2"', '<c r="A3"', '<c r="XFD2"', "<c", "</c>"),
    *(' t="s"', ' t="str"', ' t="inlineStr"', ' t="b"', ' t="e"', ' t="d"', ' t="n"', ' s="1"', ' s="2"', ' s="9"'),
    *(
        "<v>",
        "</v>",
        "<v/>",
        "<f>",
        "</f>",
        "<f/>",
        "<is>",
        "</is>",
        "<t>",
        "</t>",
        "<t",
        ' xml:space="preserve"',
        "<r>",
    ),
    *("</r>", "<si>", "</si>", "<rPh", "</rPh>", "<sheetData>", "</sheetData>", "<sheetData/>", "<mergeCells>", "/>"),
    *(
        '<mergeCell ref="A1:B2"/>',
        "</mergeCells>",
        '<cols><col min="1" max="3" hidden="1"/></cols>',
        "<!--",
        "-->",
        ">",
    ),
    *("<![CDATA[", "]]>", "<?p ?>", "&amp;", "&#10;", "_x000D_", "_x0041_", "_xD83D_", "1E5", "45453.5", "#N/A", "文"),
    *(f'<worksheet xmlns="{MAIN}">', "</worksheet>", '<dimension ref="A1:C4"/>', f' xmlns="{MAIN}"', "é", "🙂", "<x:"),
    *(f' xmlns:x="{MAIN}"', f' xmlns:r="{RELATIONSHIPS}"', f' xmlns="{STRICT_MAIN}"', f' xmlns="{PACKAGE}"', "</x:"),
    *(
        '<?xml version="1.0"?>',
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<extLst>",
        "</extLst>",
        "2024-06-10T08:30:00",
    ),
    *(
        "<numFmts>",
        "</numFmts>",
        "<cellXfs>",
        "</cellXfs>",
        "<numFmt",
        ' numFmtId="164"',
        ' formatCode="',
        '<xf numFmtId="',
    ),
    *("<sheets>", "</sheets>", '<sheet name="S" sheetId="1"', ' r:id="rId1"', ' date1904="1"', "<workbookPr", '"'),
    *("<Relationship", f' Type="{RELATIONSHIPS}/worksheet"', ' Target="worksheets/sheet1.xml"', ' Id="rId1"', "00000"),
)
_MARKUP = {128 + number: piece.encode() for number, piece in enumerate(MARKUP)}
_BYTES = {piece: bytes([byte]) for byte, piece in _MARKUP.items()}
_PIECE = re.compile(b"|".join(map(re.escape, sorted(_BYTES, key=len, reverse=True))))


def workbook_of(data: bytes) -> bytes:
    """Return the workbook that an input stands for."""
    if not data or data.startswith(STARTS):
        return data
    content = b"".join(_MARKUP.get(byte, bytes([byte])) for byte in data[1:])
    return packed(PARTS | {REPLACED[data[0] % len(REPLACED)]: content})


def read(data: bytes) -> None:
    """Read an input in both ways; anything that either raises is a finding, as is a difference."""
    FILE.write_bytes(workbook_of(data))
    cells = by_us(FILE)
    assert cells == by_us_without_the_fast_path(FILE)


def write_seeds(folder: Path) -> None:
    """Give a new corpus the small xlsx, and each of its parts."""
    folder.mkdir()
    (folder / "small.xlsx").write_bytes(SMALL_XLSX)
    for number, name in enumerate(REPLACED):
        content = _PIECE.sub(lambda match: _BYTES[match[0]], str(PARTS[name]).encode())
        (folder / f"part-{number}").write_bytes(bytes([number]) + content)


def main() -> None:
    """Run the fuzzer."""
    for argument in sys.argv[1:]:
        if not argument.startswith("-") and not Path(argument).exists():
            write_seeds(Path(argument))
    atheris.Setup(sys.argv, read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
