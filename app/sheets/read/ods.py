"""What calamine would leave to chance in an ods file, checked before it reads the file."""

from __future__ import annotations

from collections.abc import Iterable

from app.sheets.cells import LAST_ROW
from app.sheets.problems import SAVE_DECRYPTED, EncryptedFile, RefusedFile
from app.sheets.read.archive import Archive
from app.sheets.read.limits import ReadLimits, check_columns
from app.sheets.read.xml import elements

MANIFEST, CONTENT = "META-INF/manifest.xml", "content.xml"
# OpenDocument 1.3 part 3, 19.642 (table:number-columns-repeated), 19.644 (table:number-rows-repeated), 19.389
# (office:value-type, which a cell with a value has).
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_COLUMNS, _ROWS = f"{_TABLE} number-columns-repeated", f"{_TABLE} number-rows-repeated"
_VALUE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 value-type"


def check_ods(archive: Archive) -> None:
    """Check an ods file.

    Raises:
        EncryptedFile: its content is encrypted.
        RefusedFile: it declares a document type or entities, or has values beyond the limits: a cell may be repeated
            16,384 times, a row a million times, and calamine makes room for all of them.
        DamagedFile: it is not well-formed.
    """
    if archive.has(MANIFEST):
        with archive.open(MANIFEST) as stream:
            if any(name == "encryption-data" for name, _ in elements(stream, MANIFEST)):
                raise EncryptedFile("The file is encrypted.", SAVE_DECRYPTED)
    with archive.open(CONTENT) as stream:
        _check_extent(elements(stream, CONTENT), archive.limits)


def _check_extent(content: Iterable[tuple[str, dict[str, str]]], limits: ReadLimits) -> None:
    row, rows, column = 0, 0, 0
    for name, attributes in content:
        if name in ("table-cell", "covered-table-cell"):
            column += _number(attributes, _COLUMNS)
            if _VALUE in attributes:
                check_columns(column - 1, limits)
                if row + rows > LAST_ROW:
                    raise RefusedFile("The sheet has more rows than Excel allows.")
        elif name == "table-row":
            row, rows, column = row + rows, _number(attributes, _ROWS), 0
        elif name == "table":
            row, rows = 0, 0


def _number(attributes: dict[str, str], name: str) -> int:
    """Return how often something is repeated; once where the file does not say, or not in digits."""
    number = attributes.get(name, "1")
    return int(number) if number.isdecimal() and len(number) < 10 else 1
