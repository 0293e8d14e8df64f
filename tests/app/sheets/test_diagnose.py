"""Why a database refused rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from openpyxl import Workbook
from sqlalchemy import text

from app.extensions import db


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_rows_are_explained_beside_a_column_of_an_unknown_type(cli: FlaskCliRunner, tmp_path: Path) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE places (name VARCHAR(20) PRIMARY KEY, spot POINT)"))
        connection.execute(text("INSERT INTO places (name) VALUES ('harbour')"))
    book = Workbook()
    for row in (["name"], ["station"], ["harbour"]):
        book.active.append(row)
    book.save(tmp_path / "places.xlsx")
    result = cli.invoke(args=["import-excel", str(tmp_path / "places.xlsx"), "places"])
    assert result.exit_code == 3, result.stderr
    assert "is already in places (key PRIMARY)    Sheet!A3" in result.stderr
