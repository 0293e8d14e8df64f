"""What MySQL shows otherwise than it is, and what no import takes: exported as it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.extensions import db
from app.services.exports import Exported, Request, export
from tests.workbooks import read_cells

TABLE = """CREATE TABLE odd (
    id INT(5) UNSIGNED ZEROFILL PRIMARY KEY, single FLOAT, flags BIT(3), choice SET('a','b'), spot POINT,
    spent TIME(1), born DATE, twice INT AS (id * 2) VIRTUAL, tiny TINYINT(1), latin VARCHAR(9) CHARACTER SET latin1
)"""
ROWS = """INSERT INTO odd (id, single, flags, choice, spot, spent, born, tiny, latin) VALUES
    (7, 16777216, b'101', 'a,b', POINT(1, 2), '838:59:59.0', '0000-00-00', 5, 'né'),
    (12345, 0.1, b'0', '', NULL, '-01:30:00.5', '1000-01-01', -1, NULL),
    (99999, 1e-45, NULL, NULL, NULL, '26:00:00', '1900-03-01', 1, '')"""


@pytest.fixture
def odd(empty_app: Flask, backend: str, tmp_path: Path) -> Exported:
    if backend == "sqlite":
        pytest.skip("SQLite has no such types")
    with db.engine.begin() as connection:
        connection.exec_driver_sql("SET sql_mode = ''")
        connection.exec_driver_sql(TABLE)
        connection.exec_driver_sql(ROWS)
        connection.exec_driver_sql("SET sql_mode = 'TRADITIONAL'")
    return export(Request("odd", tmp_path / "odd.xlsx"), lambda _rows, _share: None)


def test_odd_types_are_written_as_they_are(odd: Exported) -> None:
    cells = read_cells(odd.file)
    columns = {
        header: [cells.get(f"{letter}{row}") for row in (2, 3, 4)]
        for letter, header in zip("ABCDEFGHIJ", odd.columns, strict=True)
    }
    assert [type(cell) for cell in columns["id"]] == [int] * 3
    assert columns.pop("spot") != [None] * 3
    assert columns == {
        "id": [7, 12345, 99999],
        "single": [16777216, 0.1, 1.4013e-45],
        "flags": [5, 0, None],
        "choice": ["a,b", None, None],
        "spent": [timedelta(hours=838, minutes=59, seconds=59), "-01:30:00.500000", timedelta(hours=26)],
        "born": ["0000-00-00", "1000-01-01", datetime(1900, 3, 1).date()],
        "twice": [14, 24690, 199998],
        "tiny": [5, -1, True],
        "latin": ["né", None, None],
    }


def test_what_no_import_writes_is_left_out_by_the_command_for_it(odd: Exported) -> None:
    options = odd.import_options or ()
    assert [option for option in options if option.endswith("=")] == ["flags=", "choice=", "spot=", "twice="]
    assert "born: 2 values as text, which Excel would not keep otherwise." in odd.notes
    assert "latin: 1 empty text as blank cells, which an import takes for NULL." in odd.notes
