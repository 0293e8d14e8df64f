"""What tests of imports have in common: workbooks, the command, and tables that no model knows."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from click.testing import Result
from sqlalchemy import text

from app.extensions import db

Importer = Callable[..., Result]
Book = Callable[..., Path]


def sql(*statements: str) -> None:
    """Run statements and commit."""
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def workbook_of(rows: Sequence[Sequence[Any]], sheet: str = "订单") -> bytes:
    """Return a workbook of one sheet."""
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rows_of(table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    """Return all rows of a table."""
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY 1"))]
