"""Open the files of an import: which sheets of them are read, and what they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app.services.imports.request import ImportRequest
from app.services.imports.sources import Source
from app.sheets.frames import Book, Head
from app.sheets.problems import BlankSheet, EmptySheet
from app.sheets.process import Reader
from app.sheets.readers import Readers
from app.words import plain


def start_reading(readers: Readers, request: ImportRequest) -> list[Reader]:
    """Return a reader for each file, the processes of the first ones on their way; nothing is read yet."""
    files = zip(request.files, names(request.files), strict=True)
    return [readers.open(path, replace(request.options, name=name)) for path, name in files]


def opened(readers: Sequence[Reader], request: ImportRequest) -> list[Source]:
    """Return the sheets to import, in the order of the files and of the sheets in each.

    Raises:
        AppError: a file cannot be read, or has no such sheet, or no headers.
    """
    return [
        Source(reader, head, file=number) for number, reader in enumerate(readers) for head in _heads(reader, request)
    ]


def names(files: Sequence[Path]) -> list[str]:
    """Return what files are called in messages: their names, or their paths where several have one name."""
    same = Counter(path.name for path in files)
    return [path.name if same[path.name] == 1 else str(path) for path in files]


def _heads(reader: Reader, request: ImportRequest) -> list[Head]:
    if request.all_sheets:
        return _all_heads(reader, request)
    return [reader.head(request.sheet, request.header_row, request.skip_hidden)]


def _all_heads(reader: Reader, request: ImportRequest) -> list[Head]:
    """Return the headers of all sheets that are visible and not blank; the first one's warnings tell of the others."""
    book = reader.book()
    heads: list[Head] = []
    blank = []
    for name in [name for name, visible in book.sheets if visible]:
        try:
            heads.append(reader.head(name, request.header_row, request.skip_hidden))
        except BlankSheet:
            blank.append(name)
    if not heads:
        raise EmptySheet(f"{reader.name}: no visible sheet has anything in it.", "Name a sheet with --sheet.")
    heads[0].warnings += _left_out(book, blank)
    for head in heads[1:]:
        head.warnings.clear()  # they are of the file, and said with its first sheet
    return heads


def _left_out(book: Book, blank: Sequence[str]) -> list[str]:
    hidden = [name for name, visible in book.sheets if not visible]
    notes = []
    if hidden:
        notes.append(f"Hidden sheets were left out: {', '.join(map(plain, hidden))}. --sheet NAME imports one.")
    if blank:
        notes.append(f"Blank sheets were left out: {', '.join(map(plain, blank))}.")
    return notes
