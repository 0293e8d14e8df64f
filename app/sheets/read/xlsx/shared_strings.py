"""The table of shared strings of a workbook (ECMA-376 part 1, 18.4)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.sheets.cells import Cell
from app.sheets.read.limits import DEFAULT_LIMITS, beyond
from app.sheets.read.part import Stream
from app.sheets.read.xlsx.bulk import NotRegular, plain_texts
from app.sheets.read.xlsx.pieces import NO_ELEMENT, Pieces, start_of
from app.sheets.read.xlsx.texts import TextHandlers
from app.sheets.read.xml import CHUNK, main_names, new_parser, well_formed

# One without runs, and what Excel adds in Chinese and Japanese; one of any other make; what is none.
_STRING = (
    r'\s*+<{p}si><{p}t(?: xml:space="preserve")?+>([^<]*+)</{p}t>(?:<{p}phoneticPr [^<>]*+/>)?+</{p}si>'
    r"|(<{p}si(?:/>|[ >].*?</{p}si>))|(.++)"
)


def shared_strings(stream: Stream, part: str, most: int = DEFAULT_LIMITS.strings) -> list[Cell]:
    """Return the shared strings in order, None for blank ones; whatever count the part declares is not believed.

    Raises:
        DamagedFile: the part is not well-formed.
        RefusedFile: there are more than `most` of them, or it is an attack.
    """
    table = _Table(part, most)
    with well_formed(part):
        table.parse(table.take_regular(stream))
        while data := stream.read(CHUNK):
            table.parse(data)
        table.parse(b"", True)
    return table.strings


class _Table:
    """The strings met so far. Those without runs are taken many at a time, all others by expat."""

    def __init__(self, part: str, most: int) -> None:
        self.strings: list[Cell] = []
        self._most = most
        texts = TextHandlers()
        starts = main_names(texts.start)
        ends = main_names({**texts.end, "si": lambda: self.strings.append(texts.take() or None)})
        self._parser = new_parser(part)
        self._parser.StartElementHandler = lambda name, attributes: starts[name](attributes) if name in starts else None
        self._parser.EndElementHandler = lambda name: ends[name]() if name in ends else None
        self._parser.CharacterDataHandler = texts.characters

    def parse(self, xml: bytes, is_last: bool = False) -> None:
        """Take a piece of XML by expat."""
        self._parser.Parse(xml, is_last)
        self._check()

    def take_regular(self, stream: Stream) -> bytes:
        """Take strings as long as nothing else follows; return what was read and not taken."""
        held = stream.read(CHUNK)
        start = start_of(held, "sst")
        if start is None:
            return held
        prefix, place = start
        self.parse(held[:place])
        pieces = Pieces(stream, held[place:], f"</{prefix}si>".encode())
        for piece in pieces:
            rest = self._take(piece.decode(), prefix)
            self._check()
            if rest:
                return rest.encode() + pieces.held
        return pieces.held

    def _take(self, text: str, prefix: str) -> str:
        """Take the strings of a piece, and return what of it was not taken."""
        texts: Sequence[str] = _alike(text, prefix)
        others: Sequence[str] = ()
        rest = ""
        if not texts:
            found = re.findall(_STRING.format(p=prefix), text, re.DOTALL)
            rest = found.pop()[-1] if found[-1][-1] else ""
            texts, others, _ = zip(*found, strict=True) if found else ((), (), ())
        if any(sign in other for other in others for sign in NO_ELEMENT):
            return text
        try:
            values: list[Cell] = [value or None for value in plain_texts(texts)]
        except NotRegular:
            return text
        if not any(others):
            self.strings += values
            return rest
        for value, other in zip(values, others, strict=True):
            if other:
                self.parse(other.encode())
            else:
                self.strings.append(value)
        return rest

    def _check(self) -> None:
        if len(self.strings) > self._most:
            what = f"The file has at least {len(self.strings):,} shared strings"
            raise beyond(what, "IMPORT_MAX_STRINGS", self._most)


def _alike(text: str, prefix: str) -> list[str]:
    """Return the strings of a piece that has none but those of the simplest make; [] where there are others."""
    start, end = f"<{prefix}si><{prefix}t>", f"</{prefix}t></{prefix}si>"
    if not (text.startswith(start) and text.endswith(end)):
        return []
    texts = text[len(start) : -len(end)].split(end + start)
    return [] if "<" in "".join(texts) else texts
