"""Workbooks that scripts and commands write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.services.new_file import new_file
from app.sheets.write.book import WorkbookWriter


@contextmanager
def new_workbook(path: Path, title: str, headers: Sequence[str], force: bool = False) -> Iterator[WorkbookWriter]:
    """Give a workbook to add rows to; it is at `path` when the block ends well, and not at all otherwise.

    Args:
        title: the name of its first sheet.
        force: replace a file that is there.

    Raises:
        NotFound: there is no such folder.
        Refused: there is such a file.
        Invalid: a value or a header that no cell can hold.
    """
    with new_file(path, force) as unfinished, WorkbookWriter(unfinished, title, headers) as book:
        yield book
