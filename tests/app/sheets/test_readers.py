"""Many files, few processes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.errors import Failed
from app.sheets.frames import COLUMNS, ConvertJob
from app.sheets.plan import MappedColumn, Plan
from app.sheets.process import Limits
from app.sheets.readers import Readers
from app.sheets.table import Column, Table
from tests.workbooks import write_xlsx

LIMITS = Limits(memory_mb=1024, seconds=60)
NAME = Column("name", "text", "text")
JOB = ConvertJob(Plan("Sheet1", 1, Table("t", (NAME,)), (MappedColumn(0, "name", NAME, "name"),)), COLUMNS)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Give workbooks of one row, which has the number of the file."""
    return [
        write_xlsx(
            tmp_path / f"{number}.xlsx",
            "<row><c t='str'><v>name</v></c></row>" + f"<row><c t='str'><v>row {number}</v></c></row>",
        )
        for number in range(5)
    ]


def children() -> int:
    """Return how many processes this one has started that still live."""
    task = Path(f"/proc/{os.getpid()}/task")
    return sum(len((thread / "children").read_text().split()) for thread in task.iterdir())


def test_files_beyond_the_most_are_opened_anew_when_they_are_wanted(files: list[Path]) -> None:
    before = children()
    with Readers(LIMITS, most=2) as readers:
        opened = [readers.open(path) for path in files]
        assert [reader.head(None, None).headers for reader in opened] == [[(0, "name")]] * 5
        assert children() - before == 2
        rows = [next(reader.batches(JOB)).rows for reader in opened]
        assert rows == [[[f"row {number}"]] for number in range(5)]
        assert children() - before == 2
    assert children() == before


def test_a_file_that_is_gone_when_it_is_opened_anew_is_told(files: list[Path]) -> None:
    with Readers(LIMITS, most=1) as readers:
        first, second = readers.open(files[0]), readers.open(files[1])
        first.head(None, None)
        second.head(None, None)
        files[0].unlink()
        with pytest.raises(Failed, match=r"0\.xlsx: No such file"):
            next(first.batches(JOB))
