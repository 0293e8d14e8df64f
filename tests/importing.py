"""What tests of imports have in common: workbooks, the command, and tables that no model knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def rows_of(table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    """Return all rows of a table."""
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY 1"))]
