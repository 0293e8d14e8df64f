"""The ZIP files that are written: other programs read them, and the same parts make the same bytes."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from app.errors import Invalid
from app.sheets.write import archive
from app.sheets.write.archive import Archive


def written(parts: dict[str, list[bytes]]) -> bytes:
    file = BytesIO()
    packed = Archive(file)
    for name, pieces in parts.items():
        with packed.part(name) as part:
            for piece in pieces:
                part.write(piece)
    packed.close()
    return file.getvalue()


def test_parts_come_back() -> None:
    parts = {"a.xml": [b"one", b"two" * 100_000], "xl/b.xml": [], "c.xml": [b"\xe4\xb8\x80"]}
    with zipfile.ZipFile(BytesIO(written(parts))) as read:
        assert read.testzip() is None
        assert {name: read.read(name) for name in read.namelist()} == {n: b"".join(p) for n, p in parts.items()}
        assert read.getinfo("a.xml").compress_size < 10_000


def test_the_same_parts_make_the_same_bytes() -> None:
    assert written({"a": [b"x" * 1000]}) == written({"a": [b"x" * 1000]})


def test_a_file_that_excel_would_not_open_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    with pytest.raises(Invalid, match="more than 4 GiB"):
        written({"a": [b"x" * 1001]})
