"""XML from strangers: parsed by expat in a stream, with document types and entities refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from xml.parsers import expat

from app.sheets.problems import DamagedFile, RefusedFile
from app.sheets.read.part import Stream

CHUNK = 1 << 18
LONGEST_CAUSE = 200
# Transitional and strict OOXML spell the same names in two namespaces (ECMA-376 part 4 and part 1).
MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
RELATIONSHIP_IDS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
TRUE = ("1", "true")  # of an attribute (W3C, "XML Schema Part 2: Datatypes", 3.2.2)

Start = Callable[[dict[str, str]], None]
End = Callable[[], None]


def main_names(handlers: dict[str, Any]) -> dict[str, Any]:
    """Return handlers for elements of the spreadsheet's own namespaces, by the names that expat gives them."""
    return {f"{namespace} {name}": handler for namespace in MAIN for name, handler in handlers.items()}


def new_parser(part: str) -> expat.XMLParserType:
    """Return a parser that names elements `namespace name` and refuses what only an attack needs."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = CHUNK

    def refuse(*_declaration: Any) -> None:
        raise RefusedFile(f"{part} declares a document type, which no spreadsheet program writes: it may be an attack.")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


@contextmanager
def well_formed(part: str) -> Iterator[None]:
    """Turn what expat says of a part into a DamagedFile."""
    try:
        yield
    except (expat.ExpatError, LookupError, ValueError) as error:  # the latter two for an encoding
        cause = str(error)[:LONGEST_CAUSE]  # it names an encoding, of any length
        raise DamagedFile(f"{part} is not well-formed: {cause}.", "Open it in Excel, and save it.") from None


def feed(parser: expat.XMLParserType, stream: Stream, part: str) -> Iterator[None]:
    """Feed a part to its parser, and yield after every chunk.

    Raises:
        DamagedFile: the part is not well-formed XML.
    """
    with well_formed(part):
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk)
            yield
        parser.Parse(b"", True)
    yield


def elements(stream: Stream, part: str, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield local name and attributes of every element of a small part, or of those in `namespaces` alone."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = new_parser(part)

    def start(name: str, attributes: dict[str, str]) -> None:
        namespace, _, local_name = name.rpartition(" ")
        if not namespaces or namespace in namespaces:
            found.append((local_name, attributes))

    parser.StartElementHandler = start
    for _ in feed(parser, stream, part):
        yield from found
        found.clear()
