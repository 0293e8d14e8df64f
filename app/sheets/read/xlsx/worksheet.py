"""One worksheet of an xlsx, streamed: every cell by its value and its address.

Rows that are spelled like the others of their sheet are taken many at a time (`app.sheets.read.xlsx.regular_rows`);
everything else, and every row that is not regular, goes through expat (`app.sheets.read.xlsx.row_parser`), to the same
effect. The tests hold the two equal.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from app.sheets.cells import Cell, Chunk, chunks_of
from app.sheets.read.findings import Findings
from app.sheets.read.part import Stream
from app.sheets.read.straight import Straight
from app.sheets.read.xlsx.bulk import NotRegular
from app.sheets.read.xlsx.pieces import Pieces, is_plain, start_of
from app.sheets.read.xlsx.regular_rows import RegularRows
from app.sheets.read.xlsx.row_numbers import RowNumbers
from app.sheets.read.xlsx.row_parser import RowParser
from app.sheets.read.xlsx.styles import NumberReader
from app.sheets.read.xlsx.values import CellValues
from app.sheets.read.xml import CHUNK, well_formed


class Worksheet:
    """A worksheet to be read once; `findings` are complete when all of it has been."""

    def __init__(self, strings: list[Cell], numbers: Sequence[NumberReader]) -> None:
        """Read with the workbook's shared strings and number formats."""
        self.findings = Findings()
        self._values = CellValues(strings, numbers)
        self._numbers = RowNumbers()

    def chunks(
        self, stream: Stream, part: str, regular: bool = True, straight: Straight | None = None
    ) -> Iterator[Chunk]:
        """Yield the rows of the sheet as they stand in the file.

        Args:
            part: the name of the part in messages.
            regular: take regular rows many at a time; without it all go through expat.
            straight: takes regular rows without making cells of them; these come as `Stored`.

        Raises:
            DamagedFile, RefusedFile: the part is no worksheet, or an attack.
        """
        parser = RowParser(part, self._values, self._numbers, self.findings)
        with well_formed(part):
            rest = b""
            if regular:
                rest = yield from self._regular_chunks(stream, parser, straight)
            yield from chunks_of(parser.feed(rest))
            while data := stream.read(CHUNK):
                yield from chunks_of(parser.feed(data))
            yield from chunks_of(parser.feed(b"", True))

    def _regular_chunks(
        self, stream: Stream, parser: RowParser, straight: Straight | None
    ) -> Generator[Chunk, None, bytes]:
        """Yield rows as long as nothing but rows follows; return what was read of the stream and not parsed."""
        held = stream.read(CHUNK)
        start = start_of(held, "worksheet", "sheetData")
        if start is None:
            return held
        prefix, place = start
        parser.feed(held[:place])
        if straight is not None:  # whoever made it can now look at what stands before the rows
            yield Chunk([], {})
        rows = RegularRows(self._values, prefix, self._numbers, self.findings)
        pieces = Pieces(stream, held[place:], f"</{prefix}row>".encode())
        rest = ""
        for piece in pieces:
            stored = straight.take(piece, self._values) if straight is not None else None
            if stored is not None:
                self._numbers.add([*stored.above, *stored.numbers])
                yield stored
                continue
            try:
                chunks, rest = rows.take(piece.decode(), parser.feed)
            except NotRegular:
                yield from chunks_of(parser.feed(piece))
                if is_plain(piece) and b"sheetData" not in piece and b"xmlns" not in piece:
                    continue
                break
            yield from chunks
            if rest:
                break
        return rest.encode() + pieces.held
