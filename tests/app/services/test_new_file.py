"""A file that is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import NotFound, Refused
from app.services.new_file import check_free, new_file


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "new.txt"
    with new_file(file, force=False) as unfinished:
        unfinished.write_text("whole")
        assert not file.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["new.txt"]
    assert file.read_text() == "whole"


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    file = tmp_path / "new.txt"
    file.write_text("old")
    with pytest.raises(ValueError, match="no"), new_file(file, force=True) as unfinished:
        unfinished.write_text("half")
        raise ValueError("no")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    file = tmp_path / "new.txt"
    file.write_text("old")
    with pytest.raises(Refused, match="--force"), new_file(file, force=False):
        pass
    assert file.read_text() == "old"
    with new_file(file, force=True) as unfinished:
        unfinished.write_text("new")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["new"]


def test_the_folder_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no folder"), new_file(tmp_path / "no" / "new.txt", force=True):
        pass


def test_a_file_that_nobody_may_replace_is_refused_by_the_option_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    check_free(path, "--rejects")
    path.touch()
    with pytest.raises(Refused, match=r"There is a file .*rejects\.xlsx already") as error:
        check_free(path, "--rejects")
    assert error.value.hint == "Name another one with --rejects, or move it away."
    with pytest.raises(NotFound, match="no folder"):
        check_free(tmp_path / "none" / "rejects.xlsx", "--rejects")
