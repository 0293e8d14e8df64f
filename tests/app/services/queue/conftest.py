"""Requests to queue, and a table to import into."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from tests.importing import Book, sql, workbook_of


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Write a workbook: `book(rows, name=...)` gives its path."""

    def write(rows: Sequence[Sequence[Any]], name: str = "六月.xlsx") -> Path:
        (tmp_path / name).write_bytes(workbook_of(rows))
        return tmp_path / name

    return write


@pytest.fixture
def lines(app: Flask) -> str:
    """Make a table with one row, and return its name."""
    sql(
        "CREATE TABLE order_lines (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, amount DECIMAL(8, 2))",
        "INSERT INTO order_lines VALUES (1, 'Alt', 1.5)",
    )
    return "order_lines"


@pytest.fixture
def scripts(app: Flask, tmp_path: Path) -> Path:
    """Give the application a scripts' folder by its own settings alone, and 25 things to mend."""
    folder = tmp_path / "project" / "offline_script" / "recycle"
    folder.mkdir(parents=True)
    app.config["SCRIPTS_PATH"] = str(folder.parent)
    with db.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE things (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"))
        connection.execute(sa.text("INSERT INTO things VALUES (:i, 0)"), [{"i": i} for i in range(1, 26)])
    return folder
