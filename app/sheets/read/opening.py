"""Which reader reads a file: decided by its content, never by its name."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from app.sheets.problems import NotASpreadsheet
from app.sheets.read.content import BIFF, OLE, START, TAKEN, ZIP, kind_of
from app.sheets.read.limits import DEFAULT_LIMITS, ReadLimits
from app.sheets.read.options import FOUND, ReadOptions
from app.sheets.read.workbook import Workbook

Source = Path | IO[bytes]


def open_workbook(path: Path, options: ReadOptions = FOUND, limits: ReadLimits = DEFAULT_LIMITS) -> Workbook:
    """Open a workbook by the reader of its kind.

    Raises:
        NotASpreadsheet, DamagedFile, EncryptedFile, RefusedFile: the file cannot be read, and why.
    """
    with path.open("rb") as file:
        kind = kind_of(file.read(START))
    if kind == ZIP:
        return _open_zip(path, limits)
    if kind == OLE:
        return _open_ole(path, options.password, limits)
    if kind == BIFF:
        return _open_with_calamine(path, "xls", limits)
    return _open_text(path, options, limits)


def _open_text(path: Path, options: ReadOptions, limits: ReadLimits) -> Workbook:
    from app.sheets.read.delimited.file import DelimitedFile

    return DelimitedFile(path, options, limits)


def _open_ole(path: Path, password: str, limits: ReadLimits) -> Workbook:
    """Open an xls file, or what an encrypted file holds."""
    from app.sheets.read.encryption import decrypted

    plain = decrypted(path, password)
    if plain is None:
        return _open_with_calamine(path, "xls", limits)
    try:
        kind = kind_of(plain.read(START))
        book = _open_zip(plain, limits) if kind == ZIP else _open_with_calamine(plain, "xls", limits)
    except BaseException:
        plain.close()
        raise
    if book.kind != "xlsx":  # calamine has read all of it
        plain.close()
    return book


def _open_zip(source: Source, limits: ReadLimits) -> Workbook:
    from app.sheets.read.archive import Archive
    from app.sheets.read.ods import check_ods
    from app.sheets.read.xlsx.book import XlsxWorkbook

    archive = Archive(source, limits)
    kind = zip_kind(archive.names())
    if kind == "xlsx":
        return XlsxWorkbook(archive)
    try:
        if not kind:
            raise NotASpreadsheet("This ZIP file holds no workbook.", TAKEN)
        archive.verify(".bin", ".xml")
        if kind == "ods":
            check_ods(archive)
        return _open_with_calamine(source, kind, limits)
    finally:
        archive.close()


def zip_kind(names: list[str]) -> str:
    """Return the kind of a ZIP file by the names of its parts, in lower case; "" where it is no workbook."""
    if "content.xml" in names or "mimetype" in names:
        return "ods"
    if any(name.endswith("workbook.bin") for name in names):
        return "xlsb"
    if any(name.endswith("workbook.xml") for name in names) or "[content_types].xml" in names:
        return "xlsx"
    return ""


def _open_with_calamine(source: Source, kind: str, limits: ReadLimits) -> Workbook:
    from app.sheets.read.calamine import CalamineBook

    if not isinstance(source, Path):
        source.seek(0)
    return CalamineBook(source, kind, limits)
