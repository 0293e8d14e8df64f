"""The ZIP file: parts in any case, limits against bombs, one clear sentence for every damage."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from isal import isal_zlib

from app.sheets.problems import DamagedFile, EncryptedFile, RefusedFile
from app.sheets.read import archive, part
from app.sheets.read.archive import Archive, resolve
from app.sheets.read.limits import ReadLimits
from app.sheets.read.xml import CHUNK
from tests.workbooks import zipped


@pytest.fixture(autouse=True, params=[zlib, isal_zlib], ids=["zlib", "isal"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inflate by either library."""
    monkeypatch.setattr(part, "deflate", request.param)
    monkeypatch.setattr(archive, "InflateError", request.param.error)


def archive_of(path: Path, data: bytes) -> Archive:
    """Open these bytes as a file."""
    path.write_bytes(data)
    return Archive(path)


def content(archive: Archive, name: str) -> bytes:
    """Return a part's content."""
    with archive.open(name) as stream:
        return b"".join(iter(lambda: stream.read(CHUNK), b""))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "book.xlsx"


@pytest.mark.parametrize("stored", ["XL/Workbook.XML", "xl\\workbook.xml", "/xl/workbook.xml"])
def test_a_part_is_found_whatever_its_spelling(file: Path, stored: str) -> None:
    archive = archive_of(file, zipped({stored: "here"}))
    assert archive.has("/xl/WorkBook.xml")
    assert content(archive, "xl/workbook.xml") == b"here"
    archive.close()


def test_names_that_are_not_utf8_do_no_harm(file: Path) -> None:
    data = zipped({"xl/äää.xml": "1", "xl/workbook.xml": "here"}).replace("ä".encode(), b"\xff\xfe")
    try:
        archive = archive_of(file, data)
    except DamagedFile:
        return
    assert content(archive, "xl/workbook.xml") == b"here"
    archive.close()


def test_a_missing_part_is_damage(file: Path) -> None:
    archive = archive_of(file, zipped({"a": "1"}))
    with pytest.raises(DamagedFile, match=r"The part b\.xml is missing"):
        content(archive, "b.xml")
    archive.close()


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_damaged(file: Path, kept: float) -> None:
    data = zipped({"a.xml": random.Random(1).randbytes(5000)})
    with pytest.raises(DamagedFile, match="The file is damaged"):
        archive_of(file, data[: int(len(data) * kept)])


def test_content_that_does_not_match_its_checksum_is_damaged(file: Path) -> None:
    data = bytearray(zipped({"a.xml": random.Random(1).randbytes(5000)}))
    data[2000] ^= 0xFF
    archive = archive_of(file, bytes(data))
    with pytest.raises(DamagedFile, match=r"The part a\.xml is damaged"):
        content(archive, "a.xml")
    archive.close()


@pytest.mark.parametrize("method", [1, 9, 12, 14, 93, 99])
def test_a_method_of_compression_that_is_not_there_is_damage(file: Path, method: int) -> None:
    data = bytearray(zipped({"a.xml": "abc" * 100}))
    struct.pack_into("<H", data, 8, method)
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 10, method)
    archive = archive_of(file, bytes(data))
    with pytest.raises(DamagedFile, match=r"The part a\.xml is damaged"):
        content(archive, "a.xml")
    archive.close()


def test_an_encrypted_part_is_told_as_such(file: Path) -> None:
    data = bytearray(zipped({"a.xml": "abc"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive = archive_of(file, bytes(data))
    with pytest.raises(EncryptedFile, match="encrypted"):
        content(archive, "a.xml")
    archive.close()


@pytest.mark.parametrize("seed", range(40))
def test_a_file_with_random_damage_is_damaged_or_read(file: Path, seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(zipped({"a.xml": chance.randbytes(300), "b.xml": "b" * 3000}))
    for _ in range(chance.randint(1, 8)):
        # The directory at the end is where a change can lead anywhere.
        place = chance.randrange(len(data) - 180, len(data)) if seed % 2 else chance.randrange(len(data))
        data[place] = chance.randrange(256)
    try:
        archive = archive_of(file, bytes(data))
    except (DamagedFile, RefusedFile):
        return
    for name in archive.names():
        try:
            content(archive, name)
        except (DamagedFile, EncryptedFile):
            continue
    archive.close()


def test_a_bomb_is_refused_before_it_is_inflated(file: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open("a.xml", "w") as part:
        for _ in range(65):
            part.write(bytes(1 << 20))
    with pytest.raises(RefusedFile, match=r"a\.xml would inflate 1,\d+ times; the most is 500 \(IMPORT_MAX_RATIO\)"):
        archive_of(file, packed.getvalue())


def test_a_small_part_may_inflate_a_lot(file: Path) -> None:
    archive = archive_of(file, zipped({"a.xml": bytes(1 << 20)}))
    assert len(content(archive, "a.xml")) == 1 << 20
    archive.close()


def test_a_part_that_lies_about_its_size_gives_no_more_than_it_says(file: Path) -> None:
    data = bytearray(zipped({"a.xml": bytes(1 << 20)}))
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 1000)
    archive = archive_of(file, bytes(data))
    with pytest.raises(DamagedFile):
        assert len(content(archive, "a.xml")) <= 1000
    archive.close()


def test_more_than_the_limit_in_all_is_refused_by_its_setting(file: Path) -> None:
    file.write_bytes(zipped({f"{n}.xml": bytes(1 << 20) for n in range(6)}))
    Archive(file, ReadLimits(inflated_mb=6)).close()
    with pytest.raises(RefusedFile, match=r"would inflate to 6 MiB; the most is 5 \(IMPORT_MAX_INFLATED_MB\)\. Raise"):
        Archive(file, ReadLimits(inflated_mb=5))


def test_twenty_thousand_parts_are_refused(file: Path) -> None:
    with pytest.raises(RefusedFile, match=r"20,000 parts; the most is 10,000 \(IMPORT_MAX_PARTS\)"):
        archive_of(file, zipped({f"{n}.xml": b"" for n in range(20_000)}))


@pytest.mark.parametrize(
    ("base", "target", "part"),
    [
        ("", "xl/workbook.xml", "xl/workbook.xml"),
        ("xl/workbook.xml", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/workbook.xml", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/worksheets/sheet1.xml", "../drawings/d.xml", "xl/drawings/d.xml"),
        ("xl/workbook.xml", "worksheets\\sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/workbook.xml", "./worksheets//sheet1.xml", "xl/worksheets/sheet1.xml"),
    ],
)
def test_a_relationship_leads_to_a_part(base: str, target: str, part: str) -> None:
    assert resolve(base, target) == part
