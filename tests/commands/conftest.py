"""Fixtures of the commands that read sheets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner

from tests.importing import Book, Importer, workbook_of


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Write a workbook: `book(rows, name=..., sheet=...)` gives its path."""

    def write(rows: Sequence[Sequence[Any]], name: str = "june.xlsx", sheet: str = "订单") -> Path:
        (tmp_path / name).write_bytes(workbook_of(rows, sheet))
        return tmp_path / name

    return write


@pytest.fixture
def import_excel(cli: FlaskCliRunner) -> Importer:
    """Run `flask import-excel` in this process."""

    def run(*args: object) -> Any:
        return cli.invoke(args=["import-excel", *map(str, args)])

    return run
