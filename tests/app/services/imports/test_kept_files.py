"""Kept files: whole under their hash or not there at all, private, and gone with their age."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest
from flask import Flask

from app.errors import Failed
from app.services.imports import kept_files
from app.services.imports.kept_files import DAY_S, copied, expired, folder, path_of

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # no database is asked

CONTENT = b"PK" + bytes(range(256)) * 9000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a file of a few chunks."""
    path = tmp_path / "june.xlsx"
    path.write_bytes(CONTENT)
    return path


def names() -> list[str]:
    """Return what is in the folder."""
    return sorted(path.name for path in folder().iterdir())


def test_a_copy_has_its_name_only_when_it_is_kept(empty_app: Flask, file: Path) -> None:
    with copied([file]) as (copy,):
        assert copy.sha256 == SHA256
        assert names() == [copy.unfinished.name if copy.unfinished else ""]
        copy.keep()
        assert names() == [SHA256]
    assert path_of(SHA256).read_bytes() == CONTENT
    assert path_of(SHA256).stat().st_mode & 0o777 == 0o600


def test_a_copy_that_is_not_kept_is_deleted(empty_app: Flask, file: Path) -> None:
    with pytest.raises(ZeroDivisionError), copied([file]):
        raise ZeroDivisionError
    assert names() == []


def test_an_interruption_while_it_is_written_leaves_nothing(
    empty_app: Flask, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupting:
        def update(self, _chunk: bytes) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(kept_files.hashlib, "sha256", Interrupting)
    with pytest.raises(KeyboardInterrupt), copied([file]):
        pass
    assert names() == []


def test_the_same_content_again_is_as_new(empty_app: Flask, file: Path) -> None:
    for _ in range(2):
        with copied([file]) as (copy,):
            copy.keep()
        then = time.time() - 29 * DAY_S
        was = path_of(SHA256).stat().st_mtime
        os.utime(path_of(SHA256), (then, then))
        assert was > time.time() - 60
    assert names() == [SHA256]


@pytest.mark.parametrize("change", ["in place", "replaced"])
def test_a_file_that_changes_meanwhile_is_noticed(change: str, empty_app: Flask, file: Path) -> None:
    with copied([file]) as (copy,):
        copy.check_unchanged()
        if change == "in place":
            os.utime(file, ns=(0, 1))
        else:
            other = file.with_name("other.xlsx")
            other.write_bytes(CONTENT)
            other.replace(file)
        with pytest.raises(Failed, match=r"june\.xlsx was changed while it was imported; nothing was written"):
            copy.check_unchanged()


def test_what_cannot_be_written_is_hashed_all_the_same(empty_app: Flask, file: Path) -> None:
    folder().parent.mkdir(parents=True, exist_ok=True)
    folder().write_text("in the way")
    with copied([file]) as (copy,):
        assert (copy.sha256, copy.unfinished) == (SHA256, None)
        assert copy.lack.startswith("its file could not be kept (")
        copy.keep()
    assert expired(0) == []


def test_a_copy_that_cannot_get_its_name_says_so(empty_app: Flask, file: Path) -> None:
    with copied([file]) as (copy,):
        path_of(SHA256).mkdir()
        copy.keep()
        assert copy.lack.startswith("its file could not be kept (")
    assert names() == [SHA256]


def test_files_go_when_they_are_older_than_the_setting(empty_app: Flask, file: Path) -> None:
    folder().mkdir(parents=True)
    for name, days in (("young", 29.9), ("old", 30.1), ("writing.tmp", 29.9), ("left.tmp", 30.1)):
        then = time.time() - days * DAY_S
        (folder() / name).touch()
        os.utime(folder() / name, (then, then))
    with copied([file]):
        pass
    assert names() == ["writing.tmp", "young"]
