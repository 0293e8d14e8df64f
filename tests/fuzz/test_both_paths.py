"""The fast path of a worksheet and the exact one give the same of random worksheets, wherever a piece of them ends."""

from __future__ import annotations

import io
from typing import Any

import pytest

from app.errors import AppError
from app.sheets.read.xlsx.styles import number_readers
from app.sheets.read.xlsx.worksheet import Worksheet
from tests.fuzz.spelled import Spelled
from tests.workbooks import styles, worksheet

STRINGS = ("zero", "一", "", "three ")
FORMATS = styles(14, "00000", "[h]:mm", "yyyy-mm-dd hh:mm:ss", "0.00", "h:mm").encode()
NUMBERS = number_readers(io.BytesIO(FORMATS), False)
# How many bytes are read at once; as much as ever is the last.
CHUNKS = (400, 1_000, 5_000, 1 << 18)


def read(xml: bytes, regular: bool) -> Any:
    """Return what comes of a worksheet: its cells, told apart by their types, and its findings; or None for damage."""
    sheet = Worksheet(STRINGS, NUMBERS)
    try:
        rows = [row for chunk in sheet.chunks(io.BytesIO(xml), "sheet", regular) for row in chunk.rows()]
    except AppError:
        return None
    cells = [(number, sorted((column, repr(cell)) for column, cell in row.items())) for number, row in rows]
    return cells, sheet.findings


def check(seed: int, count: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Compare the paths on so many worksheets; return how many were read."""
    spelled = Spelled(seed)
    were_read = 0
    for number in range(count):
        for module in ("xlsx.worksheet", "xlsx.pieces"):
            monkeypatch.setattr(f"app.sheets.read.{module}.CHUNK", CHUNKS[number % len(CHUNKS)])
        xml = spelled.worksheet()
        exact = read(xml, False)
        assert read(xml, True) == exact, xml
        were_read += exact is not None
    return were_read


@pytest.mark.parametrize("seed", range(2))
def test_both_paths_give_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check(seed, 400, monkeypatch) > 200


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 4))
def test_both_paths_give_the_same_of_thousands(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check(seed, 4_000, monkeypatch) > 2_000


def test_an_address_without_a_row_is_damage_on_both_paths() -> None:
    row = '<row r="{0}"><c r="B{1}"><v>-</v></c></row>'
    xml = worksheet(row.format(1, 1) + row.format(2, "")).encode()
    assert read(xml, False) is None
    assert read(xml, True) is None
