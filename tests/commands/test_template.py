"""`flask template`: a workbook that import-excel takes back."""

from __future__ import annotations

import shlex
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from openpyxl import load_workbook
from sqlalchemy import text

from app.extensions import db
from app.services import runs

LONG = "123456789012345678"
# A column of every kind, by database, with names that need care.
EVERY_KIND = {
    "mysql": """
        CREATE TABLE {table} (
            id INT AUTO_INCREMENT PRIMARY KEY,
            `编号 no` VARCHAR(20) NOT NULL UNIQUE COMMENT '订单号 100%',
            `it's "50%"` TEXT,
            ref BIGINT,
            amount DECIMAL(12,2) NOT NULL COMMENT '=金额',
            weight DOUBLE,
            flag TINYINT(1) NOT NULL DEFAULT 1 COMMENT '名称',
            day DATE COMMENT '名称',
            moment DATETIME NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
            clock TIME(3),
            state ENUM('new','a,b','100%') NOT NULL DEFAULT '100%' COMMENT '状态',
            extra JSON,
            raw BLOB,
            twice INT AS (ref * 2) VIRTUAL,
            spot POINT
        )""",
    "sqlite": """
        CREATE TABLE {table} (
            id INTEGER PRIMARY KEY,
            `编号 no` VARCHAR(20) NOT NULL UNIQUE,
            `it's "50%"` TEXT,
            ref BIGINT,
            amount DECIMAL(12,2) NOT NULL,
            weight DOUBLE,
            flag BOOLEAN NOT NULL DEFAULT 1,
            day DATE,
            moment DATETIME NOT NULL DEFAULT '2020-01-01 00:00:00.000000',
            clock TIME,
            state VARCHAR(5) NOT NULL DEFAULT '100%',
            extra JSON,
            raw BLOB,
            twice INTEGER AS (ref * 2)
        )""",
}
HEADERS = {
    "mysql": ["订单号 100%", 'it\'s "50%"', "ref", "=金额", "weight", "flag", "day", "moment", "clock", "状态"],
    "sqlite": ["编号 no", 'it\'s "50%"', "ref", "amount", "weight", "flag", "day", "moment", "clock", "state"],
}
FORMATS = ["@", "@", "@", "0.00", "General", "General", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss", "@", "@", "@"]
MOMENT = datetime(2024, 6, 10, 14, 5, 7)
ROWS = [
    ["00123", "=sum", LONG, 12.5, 0.25, True, date(2024, 2, 29), MOMENT, time(8, 30), "a,b", '{"a": 1}', "3q2+7w=="],
    [LONG, None, None, -1, None, None, None, None, None, None, None, None],
]
NOW = "now"  # stands for the time of the import
STORED: dict[str, list[list[Any]]] = {
    "mysql": [
        [
            *("00123", "=sum", int(LONG), Decimal("12.50"), 0.25, 1, date(2024, 2, 29), MOMENT),
            *(timedelta(hours=8, minutes=30), "a,b", '{"a": 1}', b"\xde\xad\xbe\xef"),
        ],
        [LONG, None, None, Decimal(-1), None, 1, None, NOW, None, "100%", None, None],
    ],
    "sqlite": [
        [
            *("00123", "=sum", int(LONG), 12.5, 0.25, 1, "2024-02-29", "2024-06-10 14:05:07.000000"),
            *("08:30:00.000000", "a,b", '{"a": 1}', b"\xde\xad\xbe\xef"),
        ],
        [LONG, None, None, -1, None, 1, None, "2020-01-01 00:00:00.000000", None, "100%", None, None],
    ],
}


def make_table(name: str, backend: str) -> str:
    """Make a table with a column of every kind, and return its name as an identifier."""
    identifier = db.engine.dialect.identifier_preparer.quote_identifier(name)
    with db.engine.begin() as connection:
        ddl = EVERY_KIND[backend]
        connection.exec_driver_sql((ddl.replace("%", "%%") if backend == "mysql" else ddl).format(table=identifier))
    return identifier


def fill_in(file: Path, rows: list[list[Any]]) -> None:
    """Type rows into a template, each cell in its column's format as Excel makes it."""
    book = load_workbook(file)
    sheet = book.active
    for number, row in enumerate(rows, start=2):
        for index, value in enumerate(row, start=1):
            cell = sheet.cell(number, index, value)
            if isinstance(value, str):
                cell.data_type = "s"
            cell.number_format = sheet.column_dimensions[cell.column_letter].number_format
    book.save(file)


@pytest.mark.parametrize("name", ["every_kind", "100% 'of' \"the\" 订单/[2024]"])
def test_a_template_filled_in_is_imported_value_for_value(
    name: str, backend: str, cli: FlaskCliRunner, tmp_path: Path
) -> None:
    identifier = make_table(name, backend)
    file = tmp_path / "表 1.xlsx"
    result = cli.invoke(args=["template", name, str(file)])
    assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    assert result.stderr.startswith(f"Wrote {file}: 12 columns of {name}.\nLeft out id: the database fills it in.\n")
    sheet = load_workbook(file).active
    assert [cell.value for cell in sheet[1]] == [*HEADERS[backend], "extra", "raw"]
    assert [sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]] == FORMATS

    fill_in(file, ROWS)
    advised = shlex.split(result.stderr.splitlines()[-1].removeprefix("Filled in, import it with: flask "))
    imported = cli.invoke(args=advised)
    assert imported.exit_code == 0, imported.stderr
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT * FROM {identifier} ORDER BY id").all()
    stored = [list(row[1:13]) for row in rows]
    if backend == "mysql":
        assert isinstance(stored[1][7], datetime)
        assert abs(stored[1][7].replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=1)
        stored[1][7] = NOW
    assert stored == STORED[backend]


def test_the_templates_of_the_projects_tables_are_imported_back(cli: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "orders.xlsx"
    assert cli.invoke(args=["template", "orders", str(file)]).exit_code == 0
    sheet = load_workbook(file).active
    assert [cell.value for cell in sheet[1]][:2] == ["订单号", "客户名称"]
    assert [rule.formula1 for rule in sheet.data_validations.dataValidation] == ['"new,paid,shipped,done,cancelled"']
    fill_in(file, [["0001", "李四", None, "茶", None, 9.9, "paid", datetime(2024, 6, 10), None]])
    result = cli.invoke(args=["import-excel", str(file), "orders"])
    assert result.exit_code == 0, result.stderr
    with db.engine.connect() as connection:
        row = connection.execute(text("SELECT order_no, customer, quantity, status FROM orders")).one()
    assert tuple(row) == ("0001", "李四", 1, "paid")


def test_a_template_opens_no_run(cli: FlaskCliRunner, tmp_path: Path) -> None:
    assert cli.invoke(args=["template", "orders", str(tmp_path / "orders.xlsx")]).exit_code == 0
    assert runs.newest(1) == []


def test_a_file_that_is_there_is_kept_unless_forced(cli: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "orders.xlsx"
    file.write_bytes(b"mine")
    result = cli.invoke(args=["template", "orders", str(file)])
    assert result.exit_code == 5
    assert result.stderr.startswith(f"Refused: There is a file {file} already.\nReplace it with --force")
    assert file.read_bytes() == b"mine"
    assert cli.invoke(args=["template", "orders", str(file), "--force"]).exit_code == 0
    assert load_workbook(file).sheetnames == ["orders"]
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize(
    ("table", "file", "code", "sentence"),
    [
        ("ordres", "new.xlsx", 1, 'Did you mean "orders"?\nSee them with: flask tables'),
        ("runs", "new.xlsx", 5, '"runs" is opsdesk\'s own record.'),
        ("a_view", "new.xlsx", 5, '"a_view" is a view.'),
        ("numbered", "new.xlsx", 1, 'No column of "numbered" can be filled from a sheet.'),
        ("orders", "no/new.xlsx", 1, "There is no folder"),
        ("orders", "new.xls", 2, "does not end in .xlsx"),
        ("orders", "folder.xlsx", 2, "is a directory"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is(
    table: str, file: str, code: int, sentence: str, app: Flask, cli: FlaskCliRunner, tmp_path: Path
) -> None:
    (tmp_path / "out" / "folder.xlsx").mkdir(parents=True)
    with db.engine.begin() as connection:
        connection.execute(text("CREATE VIEW a_view AS SELECT order_no FROM orders"))
        auto = "AUTO_INCREMENT" if connection.dialect.name == "mysql" else ""
        connection.execute(text(f"CREATE TABLE numbered (id INTEGER PRIMARY KEY {auto})"))
    result = cli.invoke(args=["template", table, str(tmp_path / "out" / file)])
    assert (result.exit_code, result.stdout) == (code, ""), result.stderr
    assert sentence in result.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["folder.xlsx"]


CITIES = "CREATE TABLE cities (code VARCHAR(20) PRIMARY KEY, no INT NOT NULL UNIQUE)"
SHOPS = (
    "CREATE TABLE shops (id INT PRIMARY KEY, city VARCHAR(20) NOT NULL, no INT, a INT, b INT, CONSTRAINT fk_city"
    " FOREIGN KEY (city) REFERENCES cities (code), CONSTRAINT fk_no FOREIGN KEY (no) REFERENCES cities (no))"
)


def shops_template(cli: FlaskCliRunner, tmp_path: Path, *cities: str) -> tuple[Any, str]:
    """Write the template of shops, whose cities have these codes; return it and what was said."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql(CITIES)
        connection.exec_driver_sql(SHOPS)
        rows = [{"code": code, "no": 10 - number} for number, code in enumerate(cities)]
        connection.execute(text("INSERT INTO cities VALUES (:code, :no)"), rows)
    result = cli.invoke(args=["template", "shops", str(tmp_path / "shops.xlsx")])
    assert result.exit_code == 0, result.stderr
    return load_workbook(tmp_path / "shops.xlsx"), result.stderr


def test_foreign_keys_have_lists_of_what_their_parents_have(cli: FlaskCliRunner, tmp_path: Path) -> None:
    book, said = shops_template(cli, tmp_path, "北京", "=1", "00123")
    rules = {str(rule.sqref): rule for rule in book.worksheets[0].data_validations.dataValidation}
    assert set(rules) == {"B2:B1048576", "C2:C1048576"}
    assert {rule.errorStyle for rule in rules.values()} == {"warning"}
    hidden = book.worksheets[1]
    assert hidden.sheet_state == "hidden"
    ranges = {letter: rules[f"{letter}2:{letter}1048576"].formula1.rpartition("!")[2] for letter in "BC"}
    lists = {letter: [cell.value for (cell,) in hidden[cells.replace("$", "")]] for letter, cells in ranges.items()}
    assert lists == {"B": ["00123", "=1", "北京"], "C": [8, 9, 10]}
    notes = [cell.comment.text for cell in book.worksheets[0][1]]
    assert ["has." in note for note in notes] == [False, True, True, False, False]
    assert "A value that cities.code has." in notes[1]
    assert "No list" not in said


def test_a_parent_with_too_many_values_has_no_list(
    cli: FlaskCliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sheets.parents.MOST_VALUES", 2)
    book, said = shops_template(cli, tmp_path, "a", "b", "c")
    assert not book.worksheets[0].data_validations.dataValidation
    assert "No list for city: cities.code has too many values." in said
