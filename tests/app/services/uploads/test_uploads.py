"""Uploads are received whole or not at all, and are for those who sent them."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.asker import Asker, SignedIn, asking
from app.errors import NotFound, TooLarge
from app.extensions import db
from app.models import Run, Upload
from app.models.base import utc_now
from app.services import uploads
from app.sheets.problems import DamagedFile, NotASpreadsheet
from tests.app.services.runs.ledgers import new_run
from tests.workbooks import encrypted, parts_of, write_xlsx, zipped

XLSX = zipped(parts_of('<row r="1"><c r="A1"><v>1</v></c></row>'))
LI, WANG = Asker("li"), Asker("wang")
ADMIN = Asker("boss", user=SignedIn(1, "boss", "admin"))
OPERATOR = Asker("boss", user=SignedIn(1, "boss", "operator"))


def folders(app: Flask) -> list[Path]:
    """Return the folders of all uploads."""
    root = Path(app.instance_path) / "uploads"
    return sorted(root.iterdir()) if root.exists() else []


def rows() -> int:
    """Return how many uploads are on record."""
    with db.engine.connect() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(Upload)) or 0)


def grow_old(upload: Upload, hours: int = 25) -> None:
    """Have an upload be some hours old."""
    with db.engine.begin() as connection:
        old = sa.update(Upload).where(Upload.token == upload.token)
        connection.execute(old.values(created_at=utc_now() - timedelta(hours=hours)))


def test_an_upload_is_kept_for_its_sender(app: Flask) -> None:
    with asking(LI):
        sent = uploads.receive(BytesIO(XLSX), "../六月.xlsx")
        found = uploads.get(sent.token)
    assert (found.operator, found.file_name, found.kind, found.size) == ("li", "六月.xlsx", "xlsx", len(XLSX))
    assert found.sha256 == hashlib.sha256(XLSX).hexdigest()
    path = uploads.path_of(found)
    assert path.read_bytes() == XLSX
    assert [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent)] == [0o600, 0o700]
    with asking(ADMIN):
        assert uploads.get(sent.token).id == found.id
    for other in (WANG, OPERATOR):
        with asking(other), pytest.raises(NotFound):
            uploads.get(sent.token)
    with asking(LI), pytest.raises(NotFound):
        uploads.get(sent.token.upper())


def test_more_than_the_limit_is_not_kept(app: Flask) -> None:
    with pytest.raises(TooLarge) as error:
        uploads.receive(BytesIO(XLSX), "june.xlsx", len(XLSX) - 1)
    assert error.value.status == 413
    app.config["UPLOAD_LIMIT_MB"] = 1
    with pytest.raises(TooLarge, match="1\\.0 MiB"):
        uploads.receive(BytesIO(b"a,b\n" * (1 << 19)), "june.csv")
    assert (folders(app), rows()) == ([], 0)
    assert uploads.receive(BytesIO(XLSX), "june.xlsx", len(XLSX)).size == len(XLSX)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"\x7fELF\x02\x01",
        os.urandom(5000),
        b"<html><body><table></table></body></html>",
        zipped({"readme.txt": "hello"}),
        b"PK\x03\x04 and no more",
    ],
    ids=["empty", "pdf", "program", "noise", "web page", "other zip", "damaged zip"],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_no_workbook_is_refused_by_its_content(content: bytes, app: Flask) -> None:
    with pytest.raises((NotASpreadsheet, DamagedFile)):
        uploads.receive(BytesIO(content), "june.xlsx")
    assert (folders(app), rows()) == ([], 0)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_each_kind_is_known_by_its_content(app: Flask, tmp_path: Path) -> None:
    secret = encrypted(write_xlsx(tmp_path / "plain.xlsx", "<row r='1'/>"), "pw").read_bytes()
    contents = {
        "xlsx": [XLSX],
        "xlsb": [zipped({"xl/workbook.bin": b"x"})],
        "ods": [zipped({"content.xml": "<x/>"})],
        "xls": [secret, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)],
        "text": ["订单,数量\n1,2\n".encode(name) for name in ("utf-8", "utf-16", "gb18030")],
    }
    for kind, samples in contents.items():
        assert [uploads.receive(BytesIO(content), "whatever.bin").kind for content in samples] == [kind] * len(samples)


class _Breaking(BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        """Give a part, then nothing more than an error."""
        if self.tell():
            raise ConnectionResetError
        return super().read(min(size or 10, 10))


@pytest.mark.parametrize("stream", [_Breaking(XLSX)])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_upload_that_breaks_off_leaves_nothing(stream: IO[bytes], app: Flask) -> None:
    with pytest.raises(ConnectionResetError):
        uploads.receive(stream, "june.xlsx")
    assert (folders(app), rows()) == ([], 0)


def test_old_uploads_go_unless_a_run_wants_them(app: Flask) -> None:
    with asking(LI):
        old, wanted, young = (uploads.receive(BytesIO(XLSX), f"{name}.xlsx") for name in ("old", "wanted", "young"))
    run_id = new_run(state="queued")
    files: dict[str, Any] = {"kind": "import", "arguments": {"files": [str(uploads.path_of(wanted))], "table": "t"}}
    with db.engine.begin() as connection:
        connection.execute(sa.update(Run).where(Run.id == run_id).values(**files))
    for upload in (old, wanted):
        grow_old(upload)
    left = Path(app.instance_path) / "uploads" / "killed"
    left.mkdir()
    os.utime(left, (0, time.time() - 90_000))
    with asking(LI):
        newest = uploads.receive(BytesIO(XLSX), "newest.xlsx")
        assert {folder.name for folder in folders(app)} == {wanted.token, young.token, newest.token}
        with pytest.raises(NotFound):
            uploads.get(old.token)
        assert uploads.get(wanted.token).file_name == "wanted.xlsx"
    assert rows() == 3


def test_an_upload_whose_file_is_gone_is_none(app: Flask) -> None:
    sent = uploads.receive(BytesIO(XLSX), "june.xlsx")
    uploads.path_of(sent).unlink()
    with pytest.raises(NotFound, match="no longer kept"):
        uploads.get(sent.token)


def test_refusals_are_the_readers_own(app: Flask) -> None:
    with pytest.raises(NotASpreadsheet, match="PDF"):
        uploads.receive(BytesIO(b"%PDF-1.4"), "june.xlsx")
