"""flask export-excel: a table or a query in a workbook."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner

from app.extensions import db
from tests.conftest import ROOT
from tests.workbooks import read_cells

ORDERS = [("A-1", "李", 10.5, "paid"), ("A-2", "=1+1", 20, "new"), ("A-3", "Zoë", 30, "paid")]


def sql(*statements: str) -> None:
    with db.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.fixture
def export(cli: FlaskCliRunner, tmp_path: Path):
    def run(table: str, *args: str, file: str = "o.xlsx") -> Result:
        return cli.invoke(args=["export-excel", table, str(tmp_path / file), *args])

    return run


@pytest.fixture
def _orders(app: object) -> None:
    for number, customer, amount, status in reversed(ORDERS):
        sql(
            "INSERT INTO orders (order_no, customer, item, quantity, amount, status, created_at) VALUES"
            f" ('{number}', '{customer}', 'x', 1, {amount}, '{status}', '2026-06-10 08:00:00')"
        )


def grid(path: Path) -> list[list[object]]:
    cells = read_cells(path)
    letters, last = (
        sorted({cell.rstrip("0123456789") for cell in cells}),
        max(int(cell.lstrip("ABCDEFGHIJ")) for cell in cells),
    )
    return [[cells.get(f"{letter}{row}") for letter in letters] for row in range(1, last + 1)]


@pytest.mark.usefixtures("_orders")
def test_a_table_is_written_in_the_order_of_its_key(export, tmp_path: Path) -> None:
    result = export("orders")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    header, *rows = grid(tmp_path / "o.xlsx")
    assert header[:2] == ["订单号", "客户名称"]
    assert [(row[0], row[1]) for row in rows] == [(number, customer) for number, customer, *_ in ORDERS]
    lines = result.stderr.splitlines()
    assert "3 rows, " in lines[0]
    assert lines[-1] == f"Edited, bring it back with: flask import-excel {tmp_path / 'o.xlsx'} orders --mode upsert"


@pytest.mark.usefixtures("_orders")
def test_what_was_edited_is_brought_back(export, cli: FlaskCliRunner, tmp_path: Path) -> None:
    path = tmp_path / "o.xlsx"
    options = json.loads(export("orders", "--json").stdout)["import_options"]
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["B3"] = "=2+2 as it stands"
    book.worksheets[0]["B3"].data_type = "s"
    book.save(path)
    result = cli.invoke(args=["import-excel", str(path), "orders", *options, "--yes"])
    assert result.exit_code == 0, result.stderr
    with db.engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT customer FROM orders ORDER BY order_no").scalars().all()
    assert names == ["李", "=2+2 as it stands", "Zoë"]


@pytest.mark.usefixtures("_orders")
def test_columns_and_rows_are_chosen(export, tmp_path: Path) -> None:
    result = export("orders", "--columns", "amount,order_no", "--where", "status = 'paid' -- only these")
    assert result.exit_code == 0, result.stderr
    assert grid(tmp_path / "o.xlsx") == [["金额", "订单号"], [10.5, "A-1"], [30, "A-3"]]


@pytest.mark.usefixtures("_orders")
def test_a_query_names_its_columns(export, tmp_path: Path) -> None:
    columns = "status, SUM(amount) AS amount, MAX(created_at) AS created_at"
    query = f"SELECT {columns} FROM orders GROUP BY status ORDER BY 1 DESC"
    result = export("orders", "--query", query, "--json")
    assert result.exit_code == 0, result.stderr
    header, *rows = grid(tmp_path / "o.xlsx")
    assert header == ["status", "amount", "created_at"]
    assert [row[:2] for row in rows] == [["paid", 40.5], ["new", 20]]
    assert str(rows[0][2]) == "2026-06-10 08:00:00"
    written = json.loads(result.stdout)
    assert (written["rows"], written["sheets"], written["import_options"]) == (2, ["orders"], None)


def test_json_says_what_was_written(export, app: object) -> None:
    sql("CREATE TABLE things (id INTEGER PRIMARY KEY, data BLOB, total INT GENERATED ALWAYS AS (id * 2) STORED)")
    sql("INSERT INTO things (id, data) VALUES (1, x'00ff')")
    result = export("things", "--json")
    assert result.exit_code == 0, result.stderr
    written = json.loads(result.stdout)
    assert {name: written[name] for name in ("table", "rows", "columns", "left_out", "notes", "import_options")} == {
        "table": "things",
        "rows": 1,
        "columns": ["id", "data", "total"],
        "left_out": [],
        "notes": [],
        "import_options": ["--mode", "upsert", "--map", "total=", "--binary", "base64"],
    }


def test_what_does_not_come_back_is_noted(export, app: object) -> None:
    sql("CREATE TABLE things (rate DOUBLE, label VARCHAR(20))")
    sql("INSERT INTO things VALUES (0.30000000000000004, ''), (NULL, NULL), (NULL, '')")
    result = export("things")
    assert result.exit_code == 0, result.stderr
    assert [line for line in result.stderr.splitlines() if line.startswith("Note: ")] == [
        "Note: rate: 1 value as text, which Excel would not keep otherwise.",
        "Note: label: 2 empty texts as blank cells, which an import takes for NULL.",
        "Note: 2 rows without a value, which an import skips.",
    ]


@pytest.mark.usefixtures("_orders")
def test_a_view_is_written(export, tmp_path: Path) -> None:
    sql("CREATE VIEW paid AS SELECT order_no, amount FROM orders WHERE status = 'paid'")
    result = export("paid")
    assert result.exit_code == 0, result.stderr
    assert sorted(map(str, grid(tmp_path / "o.xlsx")))[:2] == ["['A-1', 10.5]", "['A-3', 30]"]
    assert "bring it back" not in result.stderr
    sql("DROP VIEW paid")


def test_a_file_that_is_there_is_replaced_with_force_alone(export, tmp_path: Path) -> None:
    (tmp_path / "o.xlsx").write_text("mine")
    refused = export("orders")
    assert (refused.exit_code, (tmp_path / "o.xlsx").read_text()) == (5, "mine")
    assert "--force" in refused.stderr
    assert export("orders", "--force").exit_code == 0
    assert grid(tmp_path / "o.xlsx")[0][0] == "订单号"


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("nosuch",), 1, 'no table "nosuch"'),
        (("orders", "--columns", "amuont"), 1, 'orders has no column "amuont"; did you mean amount?'),
        (("orders", "--columns", "a,,b"), 2, "not of the form A,B"),
        (("orders", "--query", "SELECT 1", "--where", "1"), 2, "leave out --columns and --where"),
        (("orders", "--query", "DELETE FROM orders"), 5, "An export only reads"),
        (("orders", "--query", "SELECT 1; DELETE FROM orders"), 5, "An export only reads"),
        (("orders", "--query", "WITH a AS (SELECT 1) DELETE FROM orders"), 5, "An export only reads"),
        (("orders", "--where", "1) UNION SELECT name, password_hash FROM users -- "), 5, "not one condition"),
        (("orders", "--where", "1; DELETE FROM orders"), 1, "syntax"),
        (("orders", "--where", "nosuch = 1"), 1, "nosuch"),
        (("users",), 5, "hashes of passwords"),
        (("orders", "--query", "SELECT * FROM users"), 5, "password_hash"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    export, tmp_path: Path, args: tuple[str, ...], code: int, says: str
) -> None:
    result = export(*args)
    assert (result.exit_code, says in result.stderr) == (code, True), result.stderr
    assert list(tmp_path.glob("*.xlsx")) == list(tmp_path.glob(".*.tmp")) == []


def test_secrets_are_left_out_unless_they_are_named(export, app: object, tmp_path: Path) -> None:
    sql("CREATE TABLE partners (id INT PRIMARY KEY, api_token VARCHAR(20))", "INSERT INTO partners VALUES (1, 'abc')")
    result = export("partners")
    assert result.exit_code == 0, result.stderr
    assert "Left out api_token: by its name it is a secret" in result.stderr
    assert grid(tmp_path / "o.xlsx") == [["id"], [1]]
    assert export("partners", "--columns", "id,api_token", file="p.xlsx").exit_code == 0
    assert grid(tmp_path / "p.xlsx") == [["id", "api_token"], [1, "abc"]]


def test_a_text_that_no_cell_holds_is_named(export, app: object, tmp_path: Path) -> None:
    sql("CREATE TABLE things (id INT PRIMARY KEY, note TEXT)", "INSERT INTO things VALUES (1, 'a')")
    with db.engine.begin() as connection:
        mark = "%s" if connection.dialect.name != "sqlite" else "?"
        connection.exec_driver_sql(f"INSERT INTO things VALUES (2, {mark})", ("a" * 21_000 + "😀" * 6_000,))
    result = export("things")
    assert result.exit_code == 3, result.stderr
    assert 'The value of row 2, column "note" (things!B3) has 33,000 characters; a cell holds 32,767.' in result.stderr
    assert list(tmp_path.glob("*.xlsx")) == []


def test_a_function_that_writes_is_refused_by_the_database(export, backend: str) -> None:
    if backend == "sqlite":
        pytest.skip("SQLite has no functions of its users")
    sql(
        "CREATE TABLE things (id INT PRIMARY KEY)",
        "CREATE FUNCTION meddle() RETURNS INT BEGIN INSERT INTO things VALUES (1); RETURN 1; END",
    )
    result = export("things", "--query", "SELECT meddle()")
    assert result.exit_code == 5, result.stderr
    assert "this query writes" in result.stderr


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_export_leaves_nothing(app: object, tmp_path: Path, stop: signal.Signals) -> None:
    many = " CROSS JOIN ".join(f"(SELECT 1 AS n UNION ALL SELECT 2) t{n}" for n in range(24))
    path = tmp_path / "o.xlsx"
    command = [
        sys.executable,
        str(ROOT / "manage.py"),
        "export-excel",
        "orders",
        str(path),
        "--query",
        f"SELECT t0.n FROM {many}",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ.copy(), cwd=ROOT)
    deadline = time.monotonic() + 60
    while not any(file.stat().st_size > 100_000 for file in tmp_path.glob(".*.tmp")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(stop)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said.splitlines()[-1]) == (130, "Interrupted.")
    assert "Exception" not in said
    assert list(tmp_path.glob("*.xlsx")) == list(tmp_path.glob(".*.tmp")) == []
