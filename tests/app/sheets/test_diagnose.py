"""Why a database refused rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from openpyxl import Workbook
from sqlalchemy import text

from app.extensions import db
from app.sheets.diagnose import Violation, warned


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


def test_a_key_is_shown_short_and_harmless(cli: FlaskCliRunner, tmp_path: Path) -> None:
    key = "a\x9b1m" + "x" * 60
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE pairs (name VARCHAR(99), number INT, PRIMARY KEY (name, number))"))
        connection.execute(text("INSERT INTO pairs VALUES (:key, 7)"), {"key": key})
    book = Workbook()
    for row in (["name", "number"], [key, 7]):
        book.active.append(row)
    book.save(tmp_path / "pairs.xlsx")
    result = cli.invoke(args=["import-excel", str(tmp_path / "pairs.xlsx"), "pairs"])
    assert result.exit_code == 3, result.stderr
    assert f'Sheet!A2 "a�1m{"x" * 35}…, 7"' in result.stderr


def test_a_value_that_the_server_names_is_no_part_of_the_cause() -> None:
    cause = "is refused by the database: Incorrect string value"
    texts = [
        r"Incorrect string value: '\xF0\x9F\x94' for column `shop`.`orders`.`note` at row 2",
        "Data truncated for column 'note' at row 1",
    ]
    assert warned(texts, [5, 9]) == [
        Violation(9, "note", cause, r'"\xF0\x9F\x94"'),
        Violation(5, "note", "is refused by the database: Data truncated", ""),
    ]
