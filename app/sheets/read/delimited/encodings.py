"""The encoding of a text file, found by decoding all of it: a wrong guess would store wrong letters."""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass
from typing import IO

from app.sheets.problems import DamagedFile
from app.sheets.read.content import check_is_table, check_is_text

CHUNK = 1 << 20
LONGEST_LINE = 32 << 20  # a line is held in memory
# Unicode Standard, 23.8: byte order marks. UTF-8 is read with or without one.
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
UTF_8, GB18030, UTF_16 = "utf-8", "gb18030", "utf-16"  # GBK and GB2312 are parts of GB18030
_UTF_16_ORDERS = ("utf-16-le", "utf-16-be")
_PUNCTUATION = "\n\r\t,;|"
NAME_IT = "Name its encoding with --encoding, as in --encoding cp1252."


@dataclass(frozen=True)
class _Bad:
    """The first byte that does not decode, and in which line it stands; without the byte, a NUL."""

    line: int
    byte: int | None = None


def find_encoding(file: IO[bytes], start: bytes, wanted: str) -> str:
    """Return the encoding in which all of a file decodes: `wanted`, or that of its mark, UTF-8, UTF-16 or GB18030.

    Args:
        start: of the file.
        wanted: the name of an encoding that Python knows; "" finds it.

    Raises:
        NotASpreadsheet: it is no text.
        DamagedFile: it does not decode, or has an endless line; the message names the line.
    """
    known = _resolved(wanted, start) if wanted else _marked(start)
    if not known:
        check_is_text(start)
    bad = _first_bad(file, known or UTF_8)
    if bad is None:
        return known or UTF_8
    if known:
        raise _undecodable(bad, f"is not {wanted or known}")
    if _first_bad(file, GB18030) is None:
        return GB18030
    raise _undecodable(bad, "is neither UTF-8 nor GB18030")


def check_start(start: bytes) -> None:
    """Raise NotASpreadsheet if the beginning of a file is that of no text, or of a web page, of XML or of JSON."""
    known = _marked(start)
    if not known:
        check_is_text(start)
    check_is_table(decoded_start(start, known or UTF_8))


def decoded_start(start: bytes, encoding: str) -> str:
    """Return the text at the beginning of a file; a character that is cut off at the end is left out."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(start).removeprefix("\ufeff")


def _resolved(wanted: str, start: bytes) -> str:
    """Return the encoding that an operator names, with its byte order."""
    name = codecs.lookup(wanted).name
    if name == "utf-8-sig":
        return UTF_8
    if name != UTF_16:
        return name
    marked = _marked(start)
    return marked if marked.startswith(UTF_16) else _UTF_16_ORDERS[0]


def _marked(start: bytes) -> str:
    """Return the encoding that the beginning of a file tells: by a mark, or by the NULs of UTF-16; else ""."""
    return next((name for mark, name in _MARKS if start.startswith(mark)), "") or _utf_16(start)


def _utf_16(start: bytes) -> str:
    """Return the byte order of UTF-16 without a mark, told by line ends and delimiters, which have a NUL beside them.

    A text of another encoding into which a NUL has got is decodable as UTF-8 but for that.
    """
    if start.count(0) * 8 < len(start) and _decodes(start, UTF_8):
        return ""
    units = Counter(start[place : place + 2] for place in range(0, len(start) - 1, 2))
    little, big = (sum(units[mark.encode(name)] for mark in _PUNCTUATION) for name in _UTF_16_ORDERS)
    order = _UTF_16_ORDERS[0] if little > 4 * big else _UTF_16_ORDERS[1] if big > 4 * little else ""
    return order if order and _decodes(start, order) else ""


def _decodes(start: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(start)
    except UnicodeDecodeError:
        return False
    return True


def _undecodable(bad: _Bad, what: str) -> DamagedFile:
    if bad.byte is None:
        return DamagedFile(f"Line {bad.line:,} holds a NUL character, which no text has.", "Is the file whole?")
    return DamagedFile(f"Line {bad.line:,} {what}: byte 0x{bad.byte:02X}.", NAME_IT)


def _first_bad(file: IO[bytes], encoding: str) -> _Bad | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    lines = _Lines()
    while True:
        data = file.read(CHUNK)
        try:
            text = decoder.decode(data, not data)
        except UnicodeDecodeError as error:
            lines.add(error.object[: error.start].decode(encoding, "ignore"))
            return _Bad(lines.number, error.object[error.start])
        if "\0" in text:
            lines.add(text[: text.index("\0")])
            return _Bad(lines.number)
        if not data:
            return None
        lines.add(text)
        if lines.unbroken > LONGEST_LINE:
            raise DamagedFile(f"Line {lines.number:,} has more than {LONGEST_LINE:,} characters.", "Is this CSV?")


class _Lines:
    """Counts lines, which end with LF, CR LF or, in old files of a Mac, CR."""

    def __init__(self) -> None:
        self._feeds = 0
        self._returns = 0
        self.unbroken = 0  # characters since the last line end

    def add(self, text: str) -> None:
        self._feeds += text.count("\n")
        self._returns += text.count("\r")
        last = max(text.rfind("\n"), text.rfind("\r"))
        self.unbroken = self.unbroken + len(text) if last < 0 else len(text) - last - 1

    @property
    def number(self) -> int:
        """Return the number, from 1, of the line that comes next."""
        return 1 + (self._feeds or self._returns)
