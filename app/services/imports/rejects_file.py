"""The file of rejects that an import leaves: the rows that it could not load, to be mended and imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.runner.artifacts import Artifacts
from app.services.imports.sources import Source
from app.services.new_file import new_file
from app.services.runs.folders import RunFolder
from app.sheets.rejects import RejectedCell
from app.sheets.sheet_names import LONGEST_SHEET_NAME, sheet_name
from app.words import counted

if TYPE_CHECKING:  # openpyxl takes 0.1 s to import, which most imports do not need
    from app.sheets.rejects_book import RejectsSheet

# What the workbook in a run's folder is called.
REJECTS = "rejects.xlsx"


def write_rejects(path: Path, sources: Sequence[Source], cells: Sequence[RejectedCell]) -> int:
    """Write the rejected rows of all sources to a new workbook, and return how many rows it has.

    Each source that has rejects gets a sheet; that of an only source is called like its own, so that --sheet finds it.
    Rows that were counted but not kept (--max-errors) are not in `cells`, and so not in the file: see `left_out`.

    Raises:
        NotFound, Refused: it cannot be written there.
        AppError: a source can no longer be read.
    """
    from app.sheets.rejects_book import write_rejects_book

    with new_file(path, force=False) as unfinished:
        return write_rejects_book(unfinished, _sheets(sources, cells))


def keep_rejects(folder: RunFolder, sources: Sequence[Source], cells: Sequence[RejectedCell]) -> list[dict[str, Any]]:
    """Leave the rejected rows as an artifact in a run's folder; return its artifacts, as the ledger has them."""
    artifacts = Artifacts(folder.artifacts)
    write_rejects(artifacts.path(REJECTS), sources, cells)
    return artifacts.listed()


@contextmanager
def rejects_beside(path: Path | None, sources: Sequence[Source], cells: Sequence[RejectedCell]) -> Iterator[None]:
    """Write the rejects before what is done inside, which does not happen if that fails; the file is there after it.

    Args:
        path: of the file; None: none is wanted, nor is one if there are no `cells`.
    """
    if path is None or not cells:
        yield
        return
    from app.sheets.rejects_book import write_rejects_book

    with new_file(path, force=False) as unfinished:
        write_rejects_book(unfinished, _sheets(sources, cells))
        yield


def left_out(written: int, rejected: int) -> str:
    """Return a sentence about the rejected rows that the file does not have, if there are any."""
    if written >= rejected:
        return ""
    return f"{counted(rejected - written, 'row')} more cannot be loaded either; --max-errors kept them out of the file."


def _sheets(sources: Sequence[Source], cells: Sequence[RejectedCell]) -> Iterator[RejectsSheet]:
    from app.sheets.rejects_book import RejectsSheet

    titles: set[str] = set()
    for source in sources:
        own = [cell for cell in cells if (cell.file, cell.sheet) == (source.name, source.head.sheet)]
        if own:
            title = _title(source, len(sources) == 1, titles)
            columns = frozenset(column.name for column in source.planned.table.columns)
            yield RejectsSheet(source.reader, source.head, title, own, columns)


def _title(source: Source, alone: bool, taken: set[str]) -> str:
    """Return a name for a sheet that tells its source, and is not taken; Excel knows no case in them."""
    file, sheet = source.reader.path.stem, source.head.sheet
    name = sheet_name(sheet if alone or sheet == file else f"{file} {sheet}")
    title, number = name, 1
    while title.casefold() in taken:
        number += 1
        end = f" {number}"
        title = name[: LONGEST_SHEET_NAME - len(end)] + end
    taken.add(title.casefold())
    return title
