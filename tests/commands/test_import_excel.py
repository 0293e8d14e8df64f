"""`flask import-excel`, end to end: workbooks written by openpyxl, real databases."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import text

from app.extensions import db
from app.services import runs
from tests.importing import Book, Importer, rows_of, sql


@pytest.fixture
def goods(app: Flask) -> Iterator[str]:
    """Make a table with a key, a unique key, a CHECK, a foreign key and defaults, that no model knows."""
    sql(
        "CREATE TABLE makers (name VARCHAR(20) PRIMARY KEY)",
        "INSERT INTO makers VALUES ('Acme'), ('华为')",
        "CREATE TABLE goods (sku VARCHAR(10) NOT NULL PRIMARY KEY, title VARCHAR(20) NOT NULL, price DECIMAL(8,2),"
        " stock INT NOT NULL DEFAULT 7, maker VARCHAR(20), code INT UNIQUE, made DATE,"
        " CONSTRAINT price_is_positive CHECK (price >= 0),"
        " CONSTRAINT goods_maker FOREIGN KEY (maker) REFERENCES makers (name))",
        "INSERT INTO goods (sku, title, price, code) VALUES ('OLD', 'an old one', 1, 99)",
    )
    return "goods"  # type: ignore[return-value]


HEADERS = ["sku", "title", "price", "stock", "maker", "code", "made"]
GOOD = ["A1", "nails 钉子 🔩", 2.5, 3, "华为", 1, date(2024, 6, 10)]


def test_import_loads_typed_rows_and_proves_them(goods: str, book: Book, import_excel: Importer) -> None:
    path = book([HEADERS, GOOD, [71053, "line\nbreak\ttab\\", 0.1 + 0.2, "１２", None, None, "2024年6月10日"]])
    result = import_excel(path, goods, "--round")
    assert result.exit_code == 0, result.stderr
    assert "Imported 2 rows into goods" in result.stderr
    assert "Proof: 2 rows, 7 columns equal" in result.stderr
    with db.engine.connect() as connection:
        found = connection.execute(
            text("SELECT sku, title, price, stock, maker, code, made FROM goods WHERE sku <> 'OLD' ORDER BY sku")
        ).all()
    assert [(row[0], row[1], float(row[2]), row[3], row[4], row[5], str(row[6])) for row in found] == [
        ("71053", "line\nbreak\ttab\\", 0.3, 12, None, None, "2024-06-10"),
        ("A1", "nails 钉子 🔩", 2.5, 3, "华为", 1, "2024-06-10"),
    ]


def test_import_is_on_record(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([HEADERS, GOOD]), goods)
    assert result.exit_code == 0, result.stderr
    run = runs.newest(1)[0]
    assert (run.kind, run.name, run.state, run.rows) == (
        "import",
        "june.xlsx → goods",
        "succeeded",
        {"goods": {"inserted": 1}},
    )
    assert f"Run {run.id}" in result.stderr


def test_blank_takes_the_default_where_null_is_not_allowed(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([["sku", "title", "stock"], ["A", "a", None], ["B", "b", 5]]), goods)
    assert result.exit_code == 0, result.stderr
    assert rows_of("goods", "sku, stock") == [("A", 7), ("B", 5), ("OLD", 7)]


def test_column_that_the_sheet_does_not_have_gets_its_default(goods: str, book: Book, import_excel: Importer) -> None:
    assert import_excel(book([["sku", "title"], ["A", "a"]]), goods).exit_code == 0
    assert rows_of("goods", "sku, stock")[0] == ("A", 7)


BAD_CELLS = {
    "error cell": ("price", "#N/A", "shows #N/A"),
    "uncalculated formula": ("price", "=1+1", "never calculated"),
    "fraction": ("stock", 1.5, "takes whole numbers"),
    "not a number": ("price", "a lot", "takes numbers"),
    "too many decimals": ("price", 1.234, "takes 2 decimals at most"),
    "too large": ("price", 12345678, "too large for"),
    "too long": ("title", "x" * 21, "longer than 20 characters"),
    "required": ("title", None, "is required"),
    "two dates": ("made", "07/08/2024", "could be two dates"),
    "no such day": ("made", "2024-02-30", "no day of the calendar"),
    "bare number as date": ("made", 45000, "bare number"),
    "time of day": ("made", datetime(2024, 6, 10, 12, 30), "has a time of day"),
    "lost digits": ("title", 1234567890123456789, "digits beyond the 15th"),
    "boolean as number": ("stock", True, "takes whole numbers"),
    "time as date": ("made", time(12, 30), "takes dates"),
    "key that exists": ("sku", "OLD", "is already in goods (key PRIMARY)"),
    "unique key that exists": ("code", 99, "is already in goods (key"),
    "unknown parent": ("maker", "Nobody", "is not in makers (foreign key"),
    "broken check": ("price", -1, "breaks the CHECK"),
}


@pytest.mark.parametrize("case", BAD_CELLS)
def test_bad_cell_is_named_and_nothing_is_written(case: str, goods: str, book: Book, import_excel: Importer) -> None:
    column, value, cause = BAD_CELLS[case]
    bad = list(GOOD)
    bad[HEADERS.index(column)] = value
    if column != "sku":
        bad[0] = "B2"
    if column != "code":
        bad[5] = 2
    before = rows_of("goods")
    path = book([HEADERS, GOOD, bad])
    if value == "#N/A":
        _as_error(path, "C3")
    result = import_excel(path, goods)
    assert result.exit_code == 3, result.stderr
    assert "Nothing was written: 1 of 2 rows cannot be loaded" in result.stderr
    assert cause in result.stderr
    assert f"订单!{'ABCDEFG'[HEADERS.index(column)]}3" in result.stderr
    assert "Traceback" not in result.output
    assert rows_of("goods") == before
    assert runs.newest(1)[0].state == "failed"


@pytest.mark.parametrize(
    ("column", "value", "place"),
    [
        ("stock", "hunter2", "takes whole numbers    订单!D2"),
        ("maker", "hunter2", "(foreign key goods_maker)    订单!E2"),
    ],
)
def test_a_rejected_value_is_shown_and_not_kept(
    column: str, value: str, place: str, goods: str, book: Book, import_excel: Importer
) -> None:
    bad = list(GOOD)
    bad[HEADERS.index(column)] = value
    result = import_excel(book([HEADERS, bad]), goods)
    assert result.exit_code == 3, result.stderr
    assert f'{place} "hunter2"' in result.stderr
    kept = runs.newest(1)[0].error or ""
    assert "1 of 1 row cannot be loaded." in kept
    assert place in kept
    assert "hunter2" not in kept


def _as_error(path: Path, cell: str) -> None:
    workbook = openpyxl.load_workbook(path)
    workbook.active[cell].data_type = "e"
    workbook.save(path)


def test_two_rows_with_one_key_are_both_named(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([["sku", "title"], ["A", "a"], ["B", "b"], ["A", "c"]]), goods)
    assert result.exit_code == 3
    assert '订单!A4 "A", first in A2' in result.stderr
    assert len(rows_of("goods")) == 1


def test_keys_that_only_the_database_takes_for_equal_are_named(
    backend: str, goods: str, book: Book, import_excel: Importer
) -> None:
    result = import_excel(book([["sku", "title"], ["abc", "a"], ["ABC", "b"]]), goods)
    if backend == "sqlite":  # compares bytes
        assert result.exit_code == 0
        return
    assert result.exit_code == 3
    assert "stands twice in what is imported (key PRIMARY)    订单!A3" in result.stderr
    assert len(rows_of("goods")) == 1


def test_two_files_with_one_key_name_file_and_cell(goods: str, book: Book, import_excel: Importer) -> None:
    first = book([["sku", "title"], ["A", "a"]], "first.xlsx")
    second = book([["title", "sku"], ["b", "B"], ["c", "A"]], "second.xlsx")
    result = import_excel(first, second, goods)
    assert result.exit_code == 3
    assert "second.xlsx 订单!B3" in result.stderr
    assert len(rows_of("goods")) == 1


def test_several_files_go_in_together(goods: str, book: Book, import_excel: Importer) -> None:
    first = book([["sku", "title"], ["A", "a"]], "first.xlsx")
    second = book([["title", "sku"], ["b", "B"], ["c", "C"]], "second.xlsx")
    result = import_excel(first, second, goods)
    assert result.exit_code == 0, result.stderr
    assert [row[:2] for row in rows_of("goods")] == [("A", "a"), ("B", "b"), ("C", "c"), ("OLD", "an old one")]


def test_rejects_are_found_in_one_pass_and_counted(goods: str, book: Book, import_excel: Importer) -> None:
    rows = [[f"S{n}", "x", "a lot" if n % 3 == 0 else n, "?" if n == 5 else n] for n in range(12)]
    result = import_excel(book([["sku", "title", "price", "stock"], *rows]), goods)
    assert result.exit_code == 3
    assert "5 of 12 rows" in result.stderr
    assert '4  price  takes numbers    订单!C2 "a lot", C5 "a lot", C8 "a lot" and 1 more' in result.stderr
    assert '1  stock  takes whole numbers    订单!D7 "?"' in result.stderr


def test_unknown_headers_are_all_listed_with_suggestions(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([["sku", "titel", "colour", "price"], ["A", "a", "red", 1]]), goods)
    assert result.exit_code == 3
    assert '"titel" is not in the table; did you mean title?' in result.stderr
    assert '"colour" is not in the table' in result.stderr
    assert "title is required, and the sheet has no column for it" in result.stderr
    assert len(rows_of("goods")) == 1


def test_headers_match_by_name_whatever_their_dress(goods: str, book: Book, import_excel: Importer) -> None:
    sql("CREATE TABLE dress (order_no INT, unit_price INT)")
    result = import_excel(book([["Order No", "ＵＮＩＴ－ＰＲＩＣＥ"], [1, 2]]), "dress")
    assert result.exit_code == 0, result.stderr
    assert rows_of("dress") == [(1, 2)]


def test_map_matches_by_hand_and_leaves_out(goods: str, book: Book, import_excel: Importer) -> None:
    path = book([["编号", "title", "备注"], ["A", "a", "no"]])
    result = import_excel(path, goods, "--map", "编号=sku", "--map", "备注=")
    assert result.exit_code == 0, result.stderr
    assert rows_of("goods")[0][:2] == ("A", "a")


@pytest.mark.parametrize(
    ("mapping", "complaint"),
    [("nope=sku", "the sheet does not have"), ("title=skuu", "did you mean sku?"), ("title=sku", "2 columns")],
)
def test_map_that_does_not_fit_is_said(
    mapping: str, complaint: str, goods: str, book: Book, import_excel: Importer
) -> None:
    result = import_excel(book([["sku", "title"], ["A", "a"]]), goods, "--map", mapping)
    assert result.exit_code == 3
    assert complaint in result.stderr


def test_map_without_equals_is_wrong_usage(goods: str, book: Book, import_excel: Importer) -> None:
    assert import_excel(book([["sku"]]), goods, "--map", "sku").exit_code == 2


@pytest.mark.parametrize("mappings", [("X=title", "X=sku"), ("X=title", "X=")])
def test_a_header_that_is_mapped_twice_is_wrong_usage(
    mappings: tuple[str, str], goods: str, book: Book, import_excel: Importer
) -> None:
    result = import_excel(book([["X"], ["A"]]), goods, "--map", mappings[0], "--map", mappings[1])
    assert result.exit_code == 2
    assert 'the header "X" stands twice' in result.stderr


def test_headers_that_are_alike_and_mapped_twice_are_rejected(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([["The X", "title"], ["A", "a"]]), goods, "--map", "The X=sku", "--map", "the_x=maker")
    assert result.exit_code == 3
    assert '--map names one header twice, as "The X" and as "the_x"' in result.stderr


@pytest.mark.parametrize("separator", ["", ",,", "1", "-", "e"])
def test_what_parts_no_thousands_is_wrong_usage(separator: str, goods: str, book: Book, import_excel: Importer) -> None:
    assert import_excel(book([HEADERS, GOOD]), goods, "--thousands", separator).exit_code == 2


@pytest.mark.parametrize("separator", [",", "'", "_", " ", "\u00a0", "\u2009", "\u202f"])
def test_thousands_are_parted_as_the_operator_says(
    separator: str, goods: str, book: Book, import_excel: Importer
) -> None:
    path = book([["sku", "title", "stock"], ["A", "a", f"1{separator}234"]])
    result = import_excel(path, goods, "--thousands", separator)
    assert result.exit_code == 0, result.stderr
    assert rows_of("goods", "sku, stock")[0] == ("A", 1234)


@pytest.mark.parametrize("count", [0, 1_000_001])
def test_rejects_to_keep_have_bounds(count: int, goods: str, book: Book, import_excel: Importer) -> None:
    assert import_excel(book([HEADERS, GOOD]), goods, "--max-errors", count).exit_code == 2


def test_what_is_no_regular_file_is_wrong_usage(goods: str, tmp_path: Path, import_excel: Importer) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    for path in (tmp_path / "pipe.xlsx", Path(os.devnull)):
        result = import_excel(path, goods)
        assert result.exit_code == 2
        assert f"{path}' is not a regular file" in " ".join(result.stderr.split())
    assert import_excel(tmp_path, goods).exit_code == 2


def test_headers_match_by_column_comment(app: Flask, book: Book, import_excel: Importer) -> None:
    headers = ["订单号", "客户名称", "商品", "金额", "下单时间", "状态"]
    path = book([headers, ["20240007", "李雷", "茶", "１２.５０", datetime(2024, 6, 10, 8, 30), "paid"]])
    result = import_excel(path, "orders")
    assert result.exit_code == 0, result.stderr
    assert "by column comment" in result.stderr
    order = rows_of("orders", "order_no, customer, quantity, status")
    assert order == [("20240007", "李雷", 1, "paid")]


def test_enum_takes_its_members_alone(app: Flask, book: Book, import_excel: Importer) -> None:
    headers = ["order_no", "customer", "item", "amount", "created_at", "status"]
    path = book([headers, ["1", "a", "b", 1, datetime(2024, 6, 10), "Paid"]])
    result = import_excel(path, "orders")
    assert result.exit_code == 3
    assert "takes one of: new, paid, shipped, done, cancelled" in result.stderr


def test_missing_table_suggests_the_nearest(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([["sku"], ["A"]]), "godos")
    assert result.exit_code == 1
    assert 'no table "godos"' in result.stderr
    assert 'Did you mean "goods"?' in result.stderr
    assert "--create" in result.stderr


@pytest.mark.parametrize("table", ["runs", "users", "alembic_version"])
def test_own_records_are_no_target(table: str, app: Flask, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([["name"], ["A"]]), table)
    assert result.exit_code == 5
    assert "own record" in result.stderr


def test_dry_run_does_everything_and_keeps_nothing(goods: str, book: Book, import_excel: Importer) -> None:
    before = rows_of("goods")
    result = import_excel(book([HEADERS, GOOD]), goods, "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert "Would import 1 row into" in result.stderr
    assert rows_of("goods") == before
    assert runs.newest(1)[0].rows == {"goods": {"inserted": 1}}


def test_dry_run_reports_as_the_real_run(goods: str, book: Book, import_excel: Importer) -> None:
    path = book([HEADERS, GOOD, ["OLD", "x", -1, 1, "Nobody", 1, None]])
    dry, real = import_excel(path, goods, "--dry-run"), import_excel(path, goods)
    assert (dry.exit_code, dry.stderr) == (3, real.stderr)


def test_limit_takes_the_first_rows(goods: str, book: Book, import_excel: Importer) -> None:
    rows = [[f"S{n}", "x"] for n in range(50)]
    result = import_excel(book([["sku", "title"], *rows]), goods, "--limit", 3)
    assert result.exit_code == 0, result.stderr
    assert len(rows_of("goods")) == 4


def test_sheet_by_name_and_number_and_header_row(goods: str, tmp_path: Path, import_excel: Importer) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["nothing here"])
    for number, name in enumerate(("七月", "八月")):
        sheet = workbook.create_sheet(name)
        for row in (["Report"], [], ["sku", "title"], [f"N{number}", "x"]):
            sheet.append(row)
    workbook.save(tmp_path / "many.xlsx")
    by_name = import_excel(tmp_path / "many.xlsx", goods, "--sheet", "七月", "--header-row", 3)
    by_number = import_excel(tmp_path / "many.xlsx", goods, "--sheet", 3, "--header-row", 3)
    missing = import_excel(tmp_path / "many.xlsx", goods, "--sheet", "九月")
    assert (by_name.exit_code, by_number.exit_code, missing.exit_code) == (0, 0, 1)
    assert [row[0] for row in rows_of("goods")] == ["N0", "N1", "OLD"]
    assert "七月, 八月" in missing.stderr


def test_blank_rows_are_skipped_and_counted(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([["sku", "title"], ["A", "a"], [None, None], ["B", "b"], ["", ""]]), goods)
    assert result.exit_code == 0, result.stderr
    assert "Skipped" in result.stderr
    assert [row[0] for row in rows_of("goods")] == ["A", "B", "OLD"]


def test_json_reports_the_import(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([HEADERS, GOOD]), goods, "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (report["table"], report["rows"], report["columns"]) == ("goods", 1, 7)
    assert report["sheets"][0]["sheet"] == "订单"


def test_json_reports_every_reject(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([["sku", "title", "price"], ["A", "a", "x"], ["B", None, 1]]), goods, "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 3
    assert (report["rows"], report["rejected"]) == (2, 2)
    assert [(cell["cell"], cell["column"]) for cell in report["rejects"]] == [
        ("订单!C2", "price"),
        ("订单!B3", "title"),
    ]


def test_trigger_that_changes_values_is_caught_by_the_proof(
    backend: str, goods: str, book: Book, import_excel: Importer
) -> None:
    if backend == "sqlite":
        sql("CREATE TRIGGER t AFTER INSERT ON goods BEGIN UPDATE goods SET title = 'x' WHERE sku = NEW.sku; END")
    else:
        sql("CREATE TRIGGER t BEFORE INSERT ON goods FOR EACH ROW SET NEW.title = 'x'")
    result = import_excel(book([HEADERS, GOOD]), goods)
    assert result.exit_code == 3
    assert "title: values that are not those of the sheet" in result.stderr
    assert len(rows_of("goods")) == 1


def test_table_and_columns_may_have_any_name(app: Flask, book: Book, import_excel: Importer) -> None:
    quote = db.engine.dialect.identifier_preparer.quote_identifier
    table, columns = 'odd 100% `table"', ["a b", "50%", 'sel"ect', "列"]
    with db.engine.begin() as connection:
        names = ", ".join(f"{quote(name)} INT NOT NULL DEFAULT 4" for name in columns)
        connection.exec_driver_sql(f"CREATE TABLE {quote(table)} ({names})")
    result = import_excel(book([columns, [1, 2, 3, None]]), table)
    assert result.exit_code == 0, result.stderr
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql(f"SELECT * FROM {quote(table)}").all() == [(1, 2, 3, 4)]


def test_create_infers_a_table_from_all_rows(app: Flask, book: Book, import_excel: Importer) -> None:
    rows: list[list[Any]] = [["Order No", "金额", "when", "ok", "mixed", "empty"]]
    rows += [[n, n / 4, datetime(2024, 1, 1, 12), True, n, None] for n in range(1, 200)]
    rows += [[200, 1, date(2024, 1, 1), False, "text", None]]
    result = import_excel(book(rows), "fresh", "--create", "--yes")
    assert result.exit_code == 0, result.stderr
    assert "New table fresh" in result.stderr
    first, *_, last = rows_of("fresh", "id, order_no, 金额, mixed, empty")
    assert (first[0], first[1], float(first[2]), first[3], first[4]) == (1, 1, 0.25, "1", None)
    assert (last[1], last[3]) == (200, "text")


def test_create_asks_first_and_without_a_terminal_names_the_flag(
    app: Flask, book: Book, import_excel: Importer
) -> None:
    result = import_excel(book([["a"], [1]]), "fresh", "--create")
    assert result.exit_code == 5
    assert "--yes" in result.stderr
    assert "fresh" not in db.inspect(db.engine).get_table_names()


def test_create_leaves_no_table_behind_when_rows_are_rejected(app: Flask, book: Book, import_excel: Importer) -> None:
    path = book([["a", "b"], [1, 2], [2, "=1+1"]])
    result = import_excel(path, "fresh", "--create", "--yes")
    assert result.exit_code == 3, result.stderr
    assert "never calculated" in result.stderr
    assert "fresh" not in db.inspect(db.engine).get_table_names()


def test_create_dry_run_makes_no_table(app: Flask, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([["a"], [1]]), "fresh", "--create", "--yes", "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert "fresh" not in db.inspect(db.engine).get_table_names()


def test_create_refuses_a_table_that_exists(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([["a"], [1]]), goods, "--create", "--yes")
    assert result.exit_code == 1
    assert "already" in result.stderr


def test_missing_file_is_wrong_usage(goods: str, import_excel: Importer, tmp_path: Path) -> None:
    assert import_excel(tmp_path / "none.xlsx", goods).exit_code == 2


def test_file_that_is_no_workbook_is_one_sentence(goods: str, import_excel: Importer, tmp_path: Path) -> None:
    (tmp_path / "notes.xlsx").write_text("%PDF-1.7")
    result = import_excel(tmp_path / "notes.xlsx", goods)
    assert result.exit_code == 1
    assert "notes.xlsx: This is not a spreadsheet but a PDF file." in result.stderr


def test_empty_sheet_is_rejected(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([]), goods)
    assert result.exit_code == 3
    assert "has nothing" in result.stderr


def test_header_without_rows_imports_nothing(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([HEADERS]), goods)
    assert result.exit_code == 0, result.stderr
    assert "Imported 0 rows" in result.stderr


def test_bad_cell_behind_a_row_that_the_database_refuses_is_a_reject(
    goods: str, book: Book, import_excel: Importer
) -> None:
    rows: list[list[Any]] = [["OLD", "exists", 1]]
    rows += [[f"S{n}", "x" * 20, 1] for n in range(9000)]
    rows += [["LAST", "x", "a lot"]]
    result = import_excel(book([["sku", "title", "price"], *rows]), goods)
    assert result.exit_code == 3, result.stderr
    assert 'takes numbers    订单!C9003 "a lot"' in result.stderr
    assert len(rows_of("goods")) == 1


def test_sheet_without_rows_is_said(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([HEADERS]), goods)
    assert 'the sheet "订单" has no rows below its header' in result.stderr


def test_interruption_during_the_commit_does_not_make_a_written_import_cancelled(
    goods: str, book: Book, import_excel: Importer
) -> None:
    interrupted = []

    def interrupt(connection: sa.Connection) -> None:
        if not interrupted and connection.exec_driver_sql("SELECT COUNT(*) FROM goods").scalar() == 2:
            interrupted.append(True)
            signal.raise_signal(signal.SIGINT)

    sa.event.listen(sa.Engine, "commit", interrupt)
    try:
        result = import_excel(book([HEADERS, GOOD]), goods)
    finally:
        sa.event.remove(sa.Engine, "commit", interrupt)
    assert result.exit_code == 130
    assert len(rows_of("goods")) == 2
    run = runs.newest(1)[0]
    assert (run.state, run.rows) == ("succeeded", {"goods": {"inserted": 1}})


TRIGGERS = {
    "sqlite": "CREATE TRIGGER no AFTER INSERT ON goods BEGIN SELECT RAISE(ABORT, 'not today'); END",
    "mysql": "CREATE TRIGGER no BEFORE INSERT ON goods FOR EACH ROW"
    " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'",
}


def test_refusal_that_no_cell_explains_is_told_in_the_databases_words(
    backend: str, goods: str, book: Book, import_excel: Importer
) -> None:
    sql(TRIGGERS[backend])
    result = import_excel(book([HEADERS, GOOD]), goods)
    assert result.exit_code == 3, result.stderr
    assert "Nothing was written: the database refuses rows:\n  not today" in result.stderr
    assert len(rows_of("goods")) == 1


def test_check_inside_a_column_is_named(app: Flask, book: Book, import_excel: Importer) -> None:
    sql("CREATE TABLE checked (a INT CHECK (a > 0), b VARCHAR(5) CHECK (b IN ('x', 'y')))")
    result = import_excel(book([["a", "b"], [1, "x"], [0, "x"], [2, "z"]]), "checked")
    assert result.exit_code == 3, result.stderr
    assert "订单!A3" in result.stderr
    assert '订单!B4 "z"' in result.stderr


def test_trigger_is_caught_however_large_what_was_there_before(
    backend: str, app: Flask, book: Book, import_excel: Importer
) -> None:
    sql("CREATE TABLE big (id INT, v DOUBLE)", "INSERT INTO big VALUES (0, 1e12)")
    sql(
        "CREATE TRIGGER t AFTER INSERT ON big BEGIN UPDATE big SET v = v * 100 WHERE id = NEW.id; END"
        if backend == "sqlite"
        else "CREATE TRIGGER t BEFORE INSERT ON big FOR EACH ROW SET NEW.v = NEW.v * 100"
    )
    result = import_excel(book([["id", "v"], [1, 5.0], [2, 7.25]]), "big")
    assert result.exit_code == 3, result.stderr
    assert "v: values that are not those of the sheet" in result.stderr


def test_column_that_is_only_counted_is_not_called_equal(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([["sku", "title", "stock"], ["A", "a", None], ["B", "b", 5]]), goods)
    assert result.exit_code == 0, result.stderr
    assert "Proof: 2 rows, 2 columns equal" in result.stderr
    assert "Counted, but not compared value by value: stock" in result.stderr


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("DECIMAL(30,8)", [999999999990000, 0.1, -123456.78901234]),
        ("DECIMAL(15,2)", [9999999999999.99, -0.01, 0]),
        ("DOUBLE", [1e308, 1e308, -1.5]),
    ],
)
def test_numbers_of_any_size_are_proved(
    kind: str, values: list[float], app: Flask, book: Book, import_excel: Importer
) -> None:
    sql(f"CREATE TABLE sized (id INT, v {kind})")
    result = import_excel(book([["id", "v"], *enumerate(values)]), "sized")
    assert result.exit_code == 0, result.stderr
    assert [float(row[1]) for row in rows_of("sized")] == values


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_decimals_beyond_28_digits_are_exact(app: Flask, book: Book, import_excel: Importer) -> None:
    sql("CREATE TABLE sized (id INT, v DECIMAL(65,30))")
    texts = ["0." + "1" * 30, "9" * 35, "-" + "9" * 35 + "." + "9" * 30]
    result = import_excel(book([["id", "v"], *enumerate(texts)]), "sized")
    assert result.exit_code == 0, result.stderr
    assert [row[1] for row in rows_of("sized")] == [Decimal(text) for text in texts]


def test_all_violations_are_counted_also_those_not_kept(goods: str, book: Book, import_excel: Importer) -> None:
    sql(*(f"INSERT INTO goods (sku, title) VALUES ('S{n}', 'x')" for n in range(9)))
    rows = [[f"S{n}", "x"] for n in range(9)]
    result = import_excel(book([["sku", "title"], *rows]), goods, "--max-errors", 3)
    assert result.exit_code == 3
    assert "9 of 9 rows cannot be loaded. The first 3 are listed; --max-errors lists more." in result.stderr


def test_missing_table_of_a_trigger_is_not_to_be_made_by_initdb(
    backend: str, goods: str, book: Book, import_excel: Importer
) -> None:
    body = "INSERT INTO gone VALUES (1)"
    sql(
        f"CREATE TRIGGER t AFTER INSERT ON goods BEGIN {body}; END"
        if backend == "sqlite"
        else f"CREATE TRIGGER t AFTER INSERT ON goods FOR EACH ROW {body}"
    )
    result = import_excel(book([HEADERS, GOOD]), goods)
    assert result.exit_code == 1, result.stderr
    assert "gone" in result.stderr
    assert "initdb" not in result.stderr


def test_file_without_a_table_is_told_what_is_missing(book: Book, import_excel: Importer) -> None:
    result = import_excel(book([HEADERS]))
    assert result.exit_code == 2
    assert "then the table" in result.stderr
