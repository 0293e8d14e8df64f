"""Workbooks are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import Refused
from app.services.workbooks import new_workbook
from tests.workbooks import read_cells


def test_a_workbook_is_there_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with new_workbook(path, "a", ["n"]) as book:
        book.add([(1,)])
        assert not path.exists()
    assert read_cells(path) == {"A1": "n", "A2": 1}
    assert book.rows == 1


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"before")
    with pytest.raises(KeyError), new_workbook(path, "a", ["n"], force=True) as book:
        book.add([(1,)])
        raise KeyError
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"before")
    with pytest.raises(Refused, match="already"), new_workbook(path, "a", ["n"]):
        pass
    assert path.read_bytes() == b"before"
