"""What an uploaded file is, by its content; no cell of it is read here."""

from __future__ import annotations

from pathlib import Path

from app.sheets.problems import NotASpreadsheet
from app.sheets.read.archive import Archive
from app.sheets.read.content import BIFF, OLE, START, TAKEN, TEXT, ZIP, kind_of
from app.sheets.read.delimited.encodings import check_start
from app.sheets.read.limits import ReadLimits
from app.sheets.read.opening import zip_kind

# What is no ZIP file; an encrypted xlsx is an OLE file like an xls.
KINDS = {OLE: "xls", BIFF: "xls", TEXT: "text"}


def check_kind(path: Path, limits: ReadLimits) -> str:
    """Return the kind of a file: xlsx, xlsb, xls, ods or text.

    Raises:
        NotASpreadsheet, DamagedFile, RefusedFile: it is none, and what it is.
    """
    with path.open("rb") as file:
        start = file.read(START)
    kind = kind_of(start)
    if kind == TEXT:
        check_start(start)
    return _kind_of_archive(path, limits) if kind == ZIP else KINDS[kind]


def _kind_of_archive(path: Path, limits: ReadLimits) -> str:
    archive = Archive(path, limits)
    try:
        kind = zip_kind(archive.names())
    finally:
        archive.close()
    if not kind:
        raise NotASpreadsheet("This ZIP file holds no workbook.", TAKEN)
    return kind
