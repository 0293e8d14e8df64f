"""Fixtures of the commands that read sheets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskCliRunner

from tests.importing import Book, Importer


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Write a workbook: `book(rows, name=..., sheet=...)` gives its path."""

    def write(rows: Sequence[Sequence[Any]], name: str = "june.xlsx", sheet: str = "订单") -> Path:
        workbook = openpyxl.Workbook()
        workbook.active.title = sheet
        for row in rows:
            workbook.active.append(row)
        workbook.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def import_excel(cli: FlaskCliRunner) -> Importer:
    """Run `flask import-excel` in this process."""

    def run(*args: object) -> Any:
        return cli.invoke(args=["import-excel", *map(str, args)])

    return run
