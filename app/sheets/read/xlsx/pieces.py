"""XML from a stream in pieces that end with a certain element, for those who take it without an XML parser."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.sheets.read.part import Stream
from app.sheets.read.xml import CHUNK, MAIN

MOST_HELD = 16 << 20  # bytes without such an end; no row and no text is as long
# What makes elements look other than they are: comments, CDATA sections, document types, processing instructions.
NO_ELEMENT = ("<!", "<?")
_DECLARATION = (
    rb"""(?:\xef\xbb\xbf)?(?:<\?xml version=(?:"1\.0"|'1\.0')(?: encoding=(?:"(?i:utf-8)"|'(?i:utf-8)'))?"""
    rb"""(?: standalone=(?:"(?:yes|no)"|'(?:yes|no)'))? *\?>)?\s*"""
)
_HEAD = re.compile(
    rb"%s<(?:([A-Za-z][A-Za-z0-9]*):)?([A-Za-z]+)(?: [^<>']*)?"
    rb' xmlns(?(1):\1)="(?:%s)"'
    rb"[^<>']*(?<!/)>" % (_DECLARATION, b"|".join(re.escape(namespace.encode()) for namespace in MAIN))
)


class Pieces:
    """The pieces of a stream. `held` is what was read and not yielded: at the end of the pieces, all that was left."""

    def __init__(self, stream: Stream, held: bytes, end: bytes) -> None:
        """Go on after `held`, in pieces that end with `end`."""
        self.held = held
        self._stream = stream
        self._end = end

    def __iter__(self) -> Iterator[bytes]:
        """Yield pieces until there is no such end in the next ones."""
        data = b"some"
        while data and len(self.held) <= MOST_HELD:
            end = self.held.rfind(self._end) + len(self._end)
            if end >= len(self._end):
                piece, self.held = self.held[:end], self.held[end:]
                yield piece
            data = self._stream.read(CHUNK)
            self.held += data


def start_of(xml: bytes, root: str, inner: str = "") -> tuple[str, int] | None:
    """Return the prefix of a part's elements, "x:" or none, and where the inside of an element begins.

    None where that cannot be told without a parser, or the part is not in UTF-8.

    Args:
        xml: the beginning of the part.
        root: the name of its root element, which must be one of a spreadsheet.
        inner: the name of an element without attributes inside of it, whose inside is wanted; "" for the root's own.
    """
    head = _HEAD.match(xml)
    if not head or head[2].decode() != root:
        return None
    prefix = head[1] + b":" if head[1] else b""
    opening = b"<%s%s>" % (prefix, inner.encode())
    end = xml.find(opening, head.end()) + len(opening) if inner else head.end()
    if end < head.end() or not is_plain(xml[head.start(2) : end]) or b"xmlns" in xml[head.end() : end]:
        return None
    return prefix.decode(), end


def is_plain(xml: bytes) -> bool:
    """Tell whether there is nothing that makes elements look other than they are."""
    return not any(sign.encode() in xml for sign in NO_ELEMENT)
