"""Which reader reads a file: decided by its content, never by its name."""

from __future__ import annotations

import zipfile
from pathlib import Path

from app.sheets.problems import DamagedFile, EncryptedFile, NotASpreadsheet
from app.sheets.read.workbook import Workbook

ZIP = b"PK"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# BOF records of the Excel files that came before OLE: versions 2, 3, 4 and 5.
BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")


def open_workbook(path: Path) -> Workbook:
    """Open a workbook by the reader of its kind.

    Raises:
        NotASpreadsheet, DamagedFile, EncryptedFile, RefusedFile: the file cannot be read, and why.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(ZIP):
        return _open_zip(path)
    if start == OLE and _is_encrypted_package(path):
        raise EncryptedFile("The file is encrypted.", "Save it without a password in Excel, and import that.")
    if start == OLE or start.startswith(BIFF):
        return _open_with_calamine(path, "xls")
    if not start:
        raise NotASpreadsheet("The file is empty.")
    raise NotASpreadsheet("This is not a spreadsheet.", "It takes xlsx, xlsm, xlsb, xls and ods files.")


def _open_zip(path: Path) -> Workbook:
    from app.sheets.read.archive import Archive
    from app.sheets.read.xlsx import XlsxWorkbook

    archive = Archive(path)
    names = archive.names()
    if "content.xml" in names or "mimetype" in names:
        archive.close()
        _check_ods(path)
        return _open_with_calamine(path, "ods")
    if any(name.endswith("workbook.bin") for name in names):
        archive.close()
        return _open_with_calamine(path, "xlsb")
    if any(name.endswith("workbook.xml") for name in names) or "[content_types].xml" in names:
        return XlsxWorkbook(archive)
    archive.close()
    raise NotASpreadsheet("This ZIP file holds no workbook.", "It takes xlsx, xlsm, xlsb, xls and ods files.")


def _open_with_calamine(path: Path, kind: str) -> Workbook:
    from app.sheets.read.calamine import CalamineBook

    return CalamineBook(path, kind)


def _check_ods(path: Path) -> None:
    """Refuse document types and entities, which calamine's parser would leave to chance, and encrypted content."""
    from app.sheets.read.archive import Archive
    from app.sheets.read.xml import elements

    archive = Archive(path)
    try:
        if archive.has("META-INF/manifest.xml"):
            with archive.open("META-INF/manifest.xml") as stream:
                if any(name == "encryption-data" for name, _ in elements(stream, "manifest.xml")):
                    raise EncryptedFile("The file is encrypted.", "Save it without a password, and import that.")
        with archive.open("content.xml") as stream:
            for _ in elements(stream, "content.xml"):
                pass
    except zipfile.BadZipFile as error:
        raise DamagedFile(f"The file is damaged: {error}.") from None
    finally:
        archive.close()


def _is_encrypted_package(path: Path) -> bool:
    """Tell whether an OLE file holds an encrypted xlsx: the stream's name stands in its directory, in UTF-16."""
    return "EncryptedPackage".encode("utf-16-le") in path.read_bytes()
