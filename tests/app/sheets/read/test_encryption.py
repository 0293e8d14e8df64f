"""Encrypted workbooks are read with their password, and nothing of them is left behind."""

from __future__ import annotations

import io
import struct
from hashlib import md5
from pathlib import Path

import msoffcrypto
import olefile
import pytest
from msoffcrypto.method.rc4 import DocumentRC4

from app.sheets.problems import EncryptedFile
from app.sheets.read.encryption import EXCELS_OWN, decrypted
from app.sheets.read.opening import open_workbook
from app.sheets.read.options import ReadOptions
from app.sheets.read.workbook import choose_sheet
from tests.conftest import SHARED_DATA
from tests.workbooks import addressed, encrypted, write_xlsx

ODD = SHARED_DATA / "odd" / "calamine"
PASSWORD = "苹果 and pears"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Write a workbook that is not encrypted."""
    return write_xlsx(tmp_path / "book.xlsx", '<row r="2"><c r="B2"><v>42</v></c></row>')


def cells(path: Path, password: str) -> dict[str, object]:
    """Return the cells of the first sheet."""
    book = open_workbook(path, ReadOptions(password=password))
    try:
        return addressed(book.rows(choose_sheet(book, None)))
    finally:
        book.close()


def test_encrypted_workbook_is_read_with_its_password(book: Path) -> None:
    assert cells(encrypted(book, PASSWORD), PASSWORD) == {"B2": 42}


@pytest.mark.parametrize("password", ["apples", PASSWORD.upper(), "x" * 300])
def test_wrong_password_is_told(book: Path, password: str) -> None:
    with pytest.raises(EncryptedFile, match=r"The password is not that of the file\.") as error:
        cells(encrypted(book, PASSWORD), password)
    assert password not in str(error.value)


def test_missing_password_is_asked_for(book: Path) -> None:
    with pytest.raises(EncryptedFile, match=r"The file is encrypted\. Give its password with --password-stdin"):
        cells(encrypted(book, PASSWORD), "")


def test_password_of_a_file_that_is_not_encrypted_is_ignored(book: Path) -> None:
    assert cells(book, PASSWORD) == {"B2": 42}


def test_password_that_excel_itself_gives_is_known(book: Path) -> None:
    assert cells(encrypted(book, EXCELS_OWN), "") == {"B2": 42}


def test_key_that_takes_long_is_not_tried_unasked(book: Path) -> None:
    path = encrypted(book, PASSWORD)
    path.write_bytes(path.read_bytes().replace(b'spinCount="100000"', b'spinCount="900000"'))
    with pytest.raises(EncryptedFile, match="Give its password"):
        cells(path, "")


def test_unknown_encryption_is_told(book: Path) -> None:
    path = encrypted(book, PASSWORD)
    data = path.read_bytes()
    place = data.index(b"\x04\x00\x04\x00\x40\x00\x00\x00")  # the version: agile
    path.write_bytes(data[:place] + b"\x09\x00\x09\x00" + data[place + 4 :])
    with pytest.raises(EncryptedFile, match=r"in a way that cannot be read here\. Save it without a password"):
        cells(path, PASSWORD)


def test_decrypted_file_has_no_name_and_goes_with_its_closing(book: Path) -> None:
    plain = decrypted(encrypted(book, PASSWORD), PASSWORD)
    assert plain is not None
    assert plain.read(4) == b"PK\x03\x04"
    assert "memfd:" in str(Path(f"/proc/self/fd/{plain.fileno()}").readlink())
    plain.close()


def test_workbook_within_an_encrypted_file_is_checked_like_any_other(book: Path, tmp_path: Path) -> None:
    write_xlsx(book, "<row><c><v>1</v></c></row>", book="<!DOCTYPE a><workbook/>")
    with pytest.raises(Exception, match="declares a document type"):
        cells(encrypted(book, PASSWORD), PASSWORD)


@pytest.mark.skipif(not ODD.exists(), reason=f"the odd workbooks are not at {SHARED_DATA}")
@pytest.mark.parametrize(("name", "password"), [("pass_protected.xlsx", "123"), ("pass_protected.xlsb", "1234")])
def test_files_of_excel_are_read_with_their_passwords(name: str, password: str) -> None:
    with (ODD / name).open("rb") as file:
        plain = io.BytesIO()
        office = msoffcrypto.OfficeFile(file)
        office.load_key(password=password)
        office.decrypt(plain)
    assert plain.getvalue().startswith(b"PK")
    open_workbook(ODD / name, ReadOptions(password=password)).close()
    with pytest.raises(EncryptedFile, match="Give its password"):
        open_workbook(ODD / name)


BOF, FILE_PASS, WRITE_ACCESS, BOUND_SHEET, INTERFACE = 0x809, 0x2F, 0x5C, 0x85, 0xE1


def encrypted_xls(path: Path, target: Path) -> Path:
    """Encrypt an xls file as Excel 97 did (MS-XLS 2.2.10, RC4).

    The record that says how, FilePass, takes room from that of the author's name: the stream keeps its length.
    """
    target.write_bytes(path.read_bytes())
    salt, verifier = bytes(range(16)), bytes(range(16, 32))
    proof = DocumentRC4.decrypt(PASSWORD, salt, io.BytesIO(verifier + md5(verifier).digest())).read()  # noqa: S324
    file_pass = struct.pack("<HHHHH", FILE_PASS, 54, 1, 1, 1) + salt + proof
    author = struct.pack("<HH", WRITE_ACCESS, 112)
    with olefile.OleFileIO(str(target), write_mode=True) as ole:
        stream = bytearray(ole.openstream("Workbook").read())
        place = stream.index(author)
        stream[place : place + 116] = file_pass + struct.pack("<HH", WRITE_ACCESS, 54) + bytes(54)
        plain = bytearray(len(stream))
        for span in secret_spans(stream):
            plain[span] = stream[span]
        hidden = DocumentRC4.decrypt(PASSWORD, salt, io.BytesIO(plain), blocksize=1024).read()
        for span in secret_spans(stream):
            stream[span] = hidden[span]
        ole.write_stream("Workbook", bytes(stream))
    return target


def secret_spans(stream: bytearray) -> list[slice]:
    """Return which bytes of a stream of records are encrypted: what follows their heads, but for some records."""
    spans, position = [], 0
    while position + 4 <= len(stream):
        number, size = struct.unpack_from("<HH", stream, position)
        open_bytes = {BOUND_SHEET: 4, BOF: size, FILE_PASS: size, INTERFACE: size}.get(number, 0)
        spans.append(slice(position + 4 + open_bytes, position + 4 + size))
        position += 4 + size
    return spans


@pytest.mark.skipif(not ODD.exists(), reason=f"the odd workbooks are not at {SHARED_DATA}")
def test_encrypted_xls_file_is_read_with_its_password(tmp_path: Path) -> None:
    path = encrypted_xls(ODD / "any_sheets.xls", tmp_path / "book.xls")
    assert cells(path, PASSWORD) == cells(ODD / "any_sheets.xls", "")
    with pytest.raises(EncryptedFile, match="The password is not that of the file"):
        cells(path, "apples")
    with pytest.raises(EncryptedFile, match="Give its password with --password-stdin"):
        cells(path, "")
