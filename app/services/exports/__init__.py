"""Write a table, or what a query gives, into a workbook."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pymysql
import sqlalchemy as sa

from app.errors import Refused
from app.extensions import db
from app.services.exports.request import Exported, Progress, Request
from app.services.exports.source import Source, check_no_secrets, source_of
from app.services.new_file import new_file
from app.sheets.fetch import fetch, reading
from app.sheets.fetch.result import Result
from app.sheets.table import UNSUPPORTED, Column
from app.sheets.write.book import WorkbookWriter
from app.words import counted

__all__ = ["Exported", "Request", "export"]

READ_ONLY_TRANSACTION = 1792  # MySQL manual, "Server Error Message Reference"


def export(request: Request, progress: Progress) -> Exported:
    """Write the rows of a table or a query, as they are at one moment, to a new workbook; the database is only read.

    Raises:
        NotFound: there is no such table, column or folder.
        Invalid: a value that no cell can hold.
        Refused: there is such a file; the SQL does more than read; the table or the query gives secrets.
    """
    started = time.monotonic()
    with new_file(request.file, request.force) as unfinished, db.engine.connect() as connection:
        source = source_of(connection, request)
        with reading(connection), _fetched(connection, source) as result:
            headers = source.headers or result.names
            columns = _columns(source, result)
            with WorkbookWriter(unfinished, request.table, headers, columns, request.rows_per_sheet) as book:
                _write(book, result.batches, source.rows, progress)
    return Exported(
        table=request.table,
        file=request.file,
        rows=book.rows,
        sheets=tuple(book.sheets),
        columns=tuple(headers),
        left_out=source.left_out,
        notes=tuple(_notes(book, headers)),
        import_options=_import_options(source, headers, len(book.sheets)) if source.takes_imports else None,
        bytes=request.file.stat().st_size,
        seconds=time.monotonic() - started,
    )


@contextmanager
def _fetched(connection: sa.Connection, source: Source) -> Iterator[Result]:
    try:
        with fetch(connection, source.query) as result:
            if not result.names:
                raise Refused("This query gives no columns.", "Take a SELECT.")
            if not source.headers:
                check_no_secrets(result.names)
            yield result
    except pymysql.err.Error as error:
        if error.args[:1] == (READ_ONLY_TRANSACTION,):
            raise Refused("An export only reads, and this query writes.", "Take what only reads.") from error
        raise


def _columns(source: Source, result: Result) -> list[Column | None]:
    """Return what is known of each column: from the table, for what the database says nothing of from its namesake."""
    if source.headers:
        own = list(source.kinds.values())
        return [
            said if column.kind == UNSUPPORTED else column for column, said in zip(own, result.columns, strict=True)
        ]
    return [said or source.kinds.get(name) for name, said in zip(result.names, result.columns, strict=True)]


def _write(
    book: WorkbookWriter, batches: Iterator[Sequence[Sequence[object]]], about: int | None, progress: Progress
) -> None:
    for rows in batches:
        book.add(rows)
        # Rows may have come since they were counted; MySQL's number is a guess anyway.
        progress(book.rows, min(book.rows / about, 1.0) if about else None)


def _notes(book: WorkbookWriter, headers: Sequence[str]) -> Iterator[str]:
    for header, column in zip(headers, book.columns, strict=True):
        if column.as_text:
            yield f"{header}: {counted(column.as_text, 'value')} as text, which Excel would not keep otherwise."
        if column.empty:
            yield f"{header}: {counted(column.empty, 'empty text')} as blank cells, which an import takes for NULL."
    if book.blank_rows:
        yield f"{counted(book.blank_rows, 'row')} without a value, which an import skips."


def _import_options(source: Source, headers: Sequence[str], sheets: int) -> tuple[str, ...]:
    """Return the options that bring the workbook, edited or not, back into the table."""
    columns = source.kinds.values()
    options = ["--mode", "upsert"] * source.has_key
    options += [
        option
        for header, column in zip(headers, columns, strict=True)
        if column.is_generated or column.kind == UNSUPPORTED
        for option in ("--map", f"{header}=")
    ]
    options += ["--binary", "base64"] * any(column.kind == "binary" for column in columns)
    return (*options, *["--all-sheets"] * (sheets > 1))
