"""`flask inspect-excel`, end to end: what it says of a workbook, and that an import does what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData, Table, select, text

from app import create_app
from app.extensions import db
from app.services import runs
from app.sheets.cells import Cell
from tests.conftest import SHARED_DATA
from tests.workbooks import read_cells, worksheet, write_xlsx

Inspector = Callable[..., Result]

HEADERS = ["sku", "title", "price", "stock", "sold", "made", "remark", "extra"]


@pytest.fixture
def inspect_excel(app: Flask, cli: FlaskCliRunner) -> Inspector:
    """Run `flask inspect-excel` in this process."""

    def run(*args: object) -> Result:
        return cli.invoke(args=["inspect-excel", *map(str, args)])

    return run


@pytest.fixture
def goods(app: Flask) -> str:
    """Make a table with columns of many kinds, which no model knows."""
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE goods (sku VARCHAR(10) NOT NULL PRIMARY KEY, title VARCHAR(8), price DECIMAL(8,2),"
                " stock INT NOT NULL DEFAULT 7, sold BOOLEAN, made DATE, at DATETIME, hour TIME, weight DOUBLE)"
            )
        )
    return "goods"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Write a workbook with most of what can be wrong, a hidden sheet and an empty one."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "六月 货"
    rows: list[list[Any]] = [
        HEADERS,
        ["A1", "钉子", 2.5, 3, True, date(2024, 6, 10), "  ", None],
        [71053, " nail", "1,200.50", "１２", "是", "2024-06-11", None, "x"],
        ["A1", "a title too long", 0.125, 1.5, "maybe", "07/08/2024", None, None],
        [None] * 8,
        ["B", None, "#N/A", None, None, None, None, None],
        [None, "=1+1", None, 2, None, None, None, None],
    ]
    for row in rows:
        sheet.append(row)
    sheet["J3"] = "stray"
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet.merge_cells("I2:I3")
    hidden = workbook.create_sheet("旧")
    hidden.sheet_state = "hidden"
    hidden.append(["code"])
    hidden.append([7])
    hidden["A2"].number_format = "00000"
    workbook.create_sheet("空")
    workbook.save(tmp_path / "june.xlsx")
    return tmp_path / "june.xlsx"


def document(result: Result) -> dict[str, Any]:
    """Return what `--json` printed."""
    return dict(json.loads(result.stdout))


def remarks(document: dict[str, Any], sheet: int = 0) -> dict[str, list[str]]:
    """Return the sentences about each column of a sheet, by its letters."""
    columns = document["sheets"][sheet]["columns"]
    return {column["letters"]: [remark["sentence"] for remark in column["remarks"]] for column in columns}


# Without a table


def test_a_workbook_is_shown_sheet_by_sheet(book: Path, inspect_excel: Inspector) -> None:
    result = inspect_excel(book)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert lines[0].startswith("june.xlsx · xlsx · ")
    assert lines[0].endswith(" · 3 sheets (1 hidden)")
    assert 'Sheet "六月 货" · headers in row 1 · 5 rows, 1 blank row · cells A1:J7' in lines
    assert "  1 hidden row (3) and 1 hidden column (D): an import reads them like any other;" in result.stdout
    assert "  1 merged area (I2:I3): the value is in the first cell only." in lines
    assert "  Columns without a header are not read: J (1 cell)." in result.stdout
    assert "  A  sku     mixed: 1 number (first A3 71053) among 3 texts" in lines
    assert 'Sheet "旧" · hidden · headers in row 1 · 1 row · cells A1:A2' in lines
    assert 'Sheet "空" · The sheet "空" has nothing.' in lines


def test_every_fact_stands_in_the_json(book: Path, inspect_excel: Inspector) -> None:
    result = inspect_excel(book, "--json")
    assert result.exit_code == 0, result.stderr
    found = document(result)
    assert (found["file"], found["kind"], found["bytes"]) == ("june.xlsx", "xlsx", book.stat().st_size)
    first, hidden, empty = found["sheets"]
    assert (first["sheet"], first["hidden"], first["header_row"], first["used"]) == ("六月 货", False, 1, "A1:J7")
    assert (first["rows"], first["blank_rows"], first["merged_areas"]) == (5, 1, 1)
    assert (first["hidden_rows"], first["hidden_columns"]) == (["3"], ["D"])
    assert first["without_header"] == [{"letters": "J", "cells": 1}]
    assert first["import"] is None
    sku, _, price, *_ = first["columns"]
    assert (sku["header"], sku["blank"], sku["create_name"], sku["create_type"]) == ("sku", 1, "sku", "varchar(20)")
    assert sku["kinds"] == [
        {"what": "text", "cells": 3, "first": "A2", "value": '"A1"'},
        {"what": "number", "cells": 1, "first": "A3", "value": "71053"},
    ]
    assert price["unusable"] == [{"what": "shows #N/A", "cells": 1, "first": "C6", "value": ""}]
    assert (price["minimum"], price["maximum"]) == (0.125, 2.5)
    assert hidden["hidden"]
    assert hidden["columns"][0]["kinds"] == [{"what": "padded_number", "cells": 1, "first": "A2", "value": "00007"}]
    assert (empty["header_row"], empty["problem"]) == (None, 'The sheet "空" has nothing.')


def test_what_is_likely_to_be_wrong_is_told_column_by_column(book: Path, inspect_excel: Inspector) -> None:
    told = remarks(document(inspect_excel(book, "--json")))
    assert told["A"] == ["mixed: 1 number (first A3 71053) among 3 texts"]
    assert told["B"] == [
        "1 formula never calculated (first B7)",
        '1 text with blanks before or after it, which an import keeps (first B3 " nail")',
    ]
    assert told["C"] == [
        "1 error cell: #N/A 1 (first C6)",
        '1 number stored as text (first C3 "1,200.50")',
    ]
    assert told["D"] == ['1 number stored as text (first D3 "１２")']
    assert told["E"] == ["mixed: 1 boolean (first E2 TRUE) among 2 texts"]
    assert told["F"] == [
        "mixed: 1 date (first F2 2024-06-10) among 2 texts",
        '1 date stored as text (first F3 "2024-06-11")',
        '1 date stored as text in an order that --date-order must tell (first F4 "07/08/2024")',
    ]
    assert told["G"] == [
        '1 text of nothing but blanks, which an import does not take for blank (first G2 "  ")',
    ]
    assert told["H"] == []


def test_no_database_is_needed_without_a_table(book: Path, tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": "mysql+pymysql://nobody@127.0.0.1:1/nothing", "INSTANCE_PATH": str(tmp_path)}
    app = create_app(nowhere)
    result = app.test_cli_runner().invoke(args=["inspect-excel", str(book)])
    assert result.exit_code == 0, result.stderr
    result = app.test_cli_runner().invoke(args=["inspect-excel", str(book), "--table", "goods"])
    assert result.exit_code == 1


def test_one_sheet_is_looked_at_by_name_or_number(book: Path, inspect_excel: Inspector) -> None:
    for name in ("旧", "2"):
        result = inspect_excel(book, "--sheet", name)
        assert result.exit_code == 0, result.stderr
        assert "Not looked at: 六月 货, 空. Name a sheet with --sheet." in result.stdout
        assert "1 number shown with zeros in front" in result.stdout


def test_the_rows_of_a_title_are_told_from_headers_by_the_option(tmp_path: Path, inspect_excel: Inspector) -> None:
    workbook = openpyxl.Workbook()
    for row in (["六月报表"], ["sku", "price"], ["A", 1], ["B", 2]):
        workbook.active.append(row)
    workbook.save(tmp_path / "title.xlsx")
    first = inspect_excel(tmp_path / "title.xlsx")
    assert "Columns without a header are not read: B (3 cells). Is row 1 the row of the headers?" in first.stdout
    second = document(inspect_excel(tmp_path / "title.xlsx", "--header-row", 2, "--json"))["sheets"][0]
    assert [column["header"] for column in second["columns"]] == ["sku", "price"]
    assert (second["rows"], second["warnings"]) == (2, [])


def test_two_headers_alike_and_a_lying_dimension_are_told(tmp_path: Path, inspect_excel: Inspector) -> None:
    rows = (
        '<row r="1"><c t="str"><v>Order No</v></c><c t="str"><v>order_no</v></c></row><row r="2"><c><v>1</v></c></row>'
    )
    path = write_xlsx(tmp_path / "b.xlsx", {"S": worksheet(rows, '<dimension ref="A1:B90"/>')})
    assert document(inspect_excel(path, "--json"))["sheets"][0]["warnings"] == [
        "The sheet says that it ends in B90; its values end in B2.",
        '2 columns are called "Order No": A, B.',
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n", "fields parted by commas"),
        ("a\tb\n1\t2\n", "fields parted by tabulators"),
        ("a|b\n1|2\n", "fields parted by '|'"),
        ("a\n1\n", "one column"),
    ],
)
def test_what_parts_the_fields_of_a_text_file_is_said_in_words(
    content: str, said: str, tmp_path: Path, inspect_excel: Inspector
) -> None:
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    assert f"a.csv · csv · {len(content)} bytes · utf-8, {said}\n" in inspect_excel(tmp_path / "a.csv").stdout


def test_numbers_in_a_text_file_are_no_remark(tmp_path: Path, inspect_excel: Inspector) -> None:
    (tmp_path / "a.csv").write_text("sku,n,day\nA,12,07/08/2024\n", encoding="utf-8")
    result = inspect_excel(tmp_path / "a.csv", "--json")
    assert result.exit_code == 0, result.stderr
    told = remarks(document(result))
    assert (told["A"], told["B"], len(told["C"])) == ([], [], 1)


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["--sheet", "七月"], 1, 'There is no sheet "七月".'),
        (["--sheet", "空"], 3, 'The sheet "空" has nothing.'),
        (["--table", "good"], 1, 'Did you mean "goods"?'),
        (["--table", "runs"], 5, "opsdesk's own record"),
        (["--round"], 2, "--round says how cells become a table's; name one with --table."),
        (["--map", "a=b"], 2, "name one with --table."),
    ],
)
def test_what_cannot_be_done_is_said(
    args: list[str], code: int, message: str, goods: str, book: Path, inspect_excel: Inspector
) -> None:
    result = inspect_excel(book, *args)
    assert result.exit_code == code
    assert message in result.stderr
    assert result.stdout == ""


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, inspect_excel: Inspector) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04")
    result = inspect_excel(tmp_path / "a.xlsx")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: a.xlsx: ")


# Against a table


def test_a_sheet_is_tried_against_a_table_and_nothing_is_written(
    goods: str, book: Path, inspect_excel: Inspector
) -> None:
    result = inspect_excel(book, "--table", goods)
    assert result.exit_code == 3, result.stderr
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert '1 sku numbers, stored as their digits A3 71053 → "71053"' in lines
    assert '1 stock full-width digits, read as numbers D3 "１２" → 12' in lines
    assert '1 sold texts, read as TRUE or FALSE E3 "是" → 1' in lines
    assert "4 of 5 rows would be rejected:" in lines
    assert "1 sku stands twice in the sheet (key PRIMARY) '六月 货'!A4 \"A1\", first in A2" in lines
    assert "1 price shows #N/A '六月 货'!C6" in lines
    assert "1 sku is required '六月 货'!A7" in lines
    assert any(line.startswith('Headers that fit no column: "remark" (G), "extra" (H).') for line in lines)
    assert "Columns of goods that the sheet does not fill: at (NULL), hour (NULL), weight (NULL)" in lines
    assert runs.newest(1) == []
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT COUNT(*) FROM goods")) == 0


def test_the_rules_of_an_import_are_taken(goods: str, book: Path, inspect_excel: Inspector) -> None:
    options = ["--round", "--thousands", ",", "--date-order", "DMY", "--null", "maybe", "--map", "extra=", "--map"]
    result = inspect_excel(book, "--table", goods, *options, "remark=", "--skip-hidden", "--json")
    assert result.exit_code == 3, result.stderr
    found = document(result)["sheets"][0]["import"]
    assert found["unknown_headers"] == []
    assert found["left_out"] == [["G", "remark"], ["H", "extra"]]
    columns = {column["column"]: column for column in found["columns"]}
    assert "stock" not in columns  # its column is hidden
    assert {"column": "stock", "type": found["unfilled"][0]["type"], "gets": "default 7"} == found["unfilled"][0]
    (rounded,) = columns["price"]["changes"]
    assert (rounded["change"], rounded["cells"], rounded["largest"]) == ("rounded", 1, "0.005")
    assert (rounded["first"], rounded["before"], rounded["after"]) == ("C4", "0.125", "0.12")
    assert [change["change"] for change in columns["sold"]["changes"]] == ["null_text"]
    assert columns["made"]["changes"][0]["after"] == "2024-08-07"


def test_a_sheet_that_fits_is_0(goods: str, tmp_path: Path, inspect_excel: Inspector) -> None:
    workbook = openpyxl.Workbook()
    for row in (["sku", "stock"], ["A", 1], ["B", None]):
        workbook.active.append(row)
    workbook.save(tmp_path / "good.xlsx")
    result = inspect_excel(tmp_path / "good.xlsx", "--table", goods)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.rstrip().endswith("All 2 rows fit goods.")
    assert "1 → default 7" in result.stdout


def test_missing_columns_are_told_beside_what_the_cells_become(
    goods: str, tmp_path: Path, inspect_excel: Inspector
) -> None:
    workbook = openpyxl.Workbook()
    for row in (["title", "stock"], ["A", 1], ["B", "x"]):
        workbook.active.append(row)
    workbook.save(tmp_path / "bad.xlsx")
    result = inspect_excel(tmp_path / "bad.xlsx", "--table", goods)
    assert result.exit_code == 3
    assert "An import is refused: the sheet has no column for sku, which every row must have." in result.stdout
    assert "1 of 2 rows would be rejected:" in result.stdout
    assert "sku (required), price (NULL)" in result.stdout
    trial = document(inspect_excel(tmp_path / "bad.xlsx", "--table", goods, "--json", "--map", "stock="))["sheets"][0]
    assert (trial["import"]["fits"], trial["import"]["rejected"], trial["import"]["problem"]) == (False, 0, None)


def test_headers_that_cannot_fit_are_told_with_the_sheet(goods: str, tmp_path: Path, inspect_excel: Inspector) -> None:
    workbook = openpyxl.Workbook()
    for row in (["sku", "SKU", "colour"], ["A", 1, 2]):
        workbook.active.append(row)
    workbook.save(tmp_path / "bad.xlsx")
    result = inspect_excel(tmp_path / "bad.xlsx", "--table", goods)
    assert result.exit_code == 3
    assert "An import is refused. The headers of sheet" in result.stdout
    assert 'sku would be filled by 2 columns: "sku" (A), "SKU" (B)' in result.stdout
    assert "varchar(20)" in result.stdout  # what is in the sheet is told all the same
    found = document(inspect_excel(tmp_path / "bad.xlsx", "--table", goods, "--json"))["sheets"][0]["import"]
    assert (found["fits"], found["columns"], "would be filled by" in found["problem"]) == (False, [], True)


def test_rejects_beyond_max_errors_are_counted_by_cause(goods: str, tmp_path: Path, inspect_excel: Inspector) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["sku", "stock"])
    for number in range(9):
        workbook.active.append([f"S{number}", "x"])
    workbook.active["A3"] = "S" * 11
    workbook.save(tmp_path / "bad.xlsx")
    result = inspect_excel(tmp_path / "bad.xlsx", "--table", goods, "--max-errors", 4)
    assert result.exit_code == 3
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[-3:] == [
        "9 of 9 rows would be rejected:",
        '9 stock takes whole numbers Sheet!B2 "x", B3 "x", B4 "x" and 6 more',
        '1 sku is longer than 10 characters Sheet!A3 "SSSSSSSSSSS" (11 characters)',
    ]
    found = document(inspect_excel(tmp_path / "bad.xlsx", "--table", goods, "--max-errors", 4, "--json"))
    trial = found["sheets"][0]["import"]
    assert len(trial["rejects"]) == 4
    assert trial["columns"][1]["causes"] == [{"cause": "takes whole numbers", "cells": 9, "first": ["B2", "B3", "B4"]}]


# What it says is what an import does

GOOD: dict[str, st.SearchStrategy[Any]] = {
    "title": st.none() | st.text("abc 钉", min_size=1, max_size=8) | st.integers(0, 99_999) | st.booleans(),
    "price": st.none() | st.integers(-999, 999) | st.integers(-999, 999).map(lambda n: n / 4) | st.just("1.50"),
    "stock": st.none() | st.integers(-999, 999) | st.sampled_from(["12", "１２"]),
    "sold": st.none() | st.booleans() | st.sampled_from([0, 1, "是", "no"]),
    "made": st.none() | st.dates(date(1950, 1, 1), date(2100, 1, 1)) | st.sampled_from(["2024-06-10", "2024年6月1日"]),
    "at": st.none()
    | st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
    | st.just("2024-06-10 08:30"),
    "hour": st.none() | st.times().map(lambda moment: moment.replace(microsecond=0)) | st.just("08:30"),
    "weight": st.none() | st.integers(-99, 99) | st.integers(-99, 99).map(lambda n: n / 8) | st.just("0.5"),
}
BAD = st.sampled_from(["x" * 9, 0.126, "1,234", 10**9, "07/08/2024", timedelta(hours=30), "#N/A", "-", 24.5, True])
ROW = st.fixed_dictionaries(GOOD)


@st.composite
def sheets(draw: st.DrawFn) -> list[list[Any]]:
    """Draw rows for the columns of the table, now and then with cells that do not fit."""
    rows = draw(st.lists(ROW, min_size=1, max_size=8))
    if draw(st.booleans()):
        for row in rows:
            for name in draw(st.sets(st.sampled_from(sorted(GOOD)), max_size=2)):
                row[name] = draw(BAD)
    keys = [f"S{number}" for number in range(len(rows))]
    if draw(st.booleans()):
        keys[draw(st.integers(0, len(keys) - 1))] = draw(st.sampled_from(["S0", None, 71053]))
    return [[key, *row.values()] for key, row in zip(keys, rows, strict=True)]


def written(rows: Sequence[Sequence[Any]], path: Path) -> Path:
    """Write the rows below the names of the table's columns."""
    workbook = openpyxl.Workbook()
    workbook.active.append(["sku", *GOOD])
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return path


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=sheets(), rounds=st.booleans(), nulls=st.booleans())
def test_an_import_rejects_and_stores_what_was_said(
    rows: list[list[Any]], rounds: bool, nulls: bool, goods: str, cli: FlaskCliRunner, tmp_path: Path
) -> None:
    path = written(rows, tmp_path / "drawn.xlsx")
    options = [*["--round"] * rounds, *["--null", "-"] * nulls, "--json"]
    said = cli.invoke(args=["inspect-excel", str(path), "--table", goods, *options])
    done = cli.invoke(args=["import-excel", str(path), goods, *options])
    assert (said.exit_code, done.exit_code) in ((0, 0), (3, 3)), (said.output, done.output)
    trial = document(said)["sheets"][0]["import"]
    if done.exit_code == 3:
        rejects = document(done)
        assert (trial["rows"], trial["rejected"], trial["rejects"]) == (
            rejects["rows"],
            rejects["rejected"],
            rejects["rejects"],
        )
        return
    assert trial["rejects"] == []
    assert trial["rows"] == document(done)["rows"]
    exact = exactly_stored(read_cells(path), rows)
    assert {column["column"]: column["exact"] for column in trial["columns"]} == exact
    assert all(
        column["exact"] + column["changed"] + column["blank"] + column["rejected"] == trial["rows"]
        for column in trial["columns"]
    )


def exactly_stored(cells: dict[str, Cell], rows: Sequence[Sequence[Any]]) -> dict[str, int]:
    """Return how many cells of each column the table has exactly as they stand; empties the table."""
    table = Table("goods", MetaData(), autoload_with=db.engine)
    with db.engine.begin() as connection:
        stored = {row.sku: row._mapping for row in connection.execute(select(table))}
        connection.execute(table.delete())
    counts = dict.fromkeys(["sku", *GOOD], 0)
    for number, row in enumerate(rows, 2):
        for letter, name in zip("ABCDEFGHI", counts, strict=True):
            cell = cells.get(f"{letter}{number}")
            counts[name] += cell is not None and same(name, cell, stored[str(row[0])][name])
    return counts


def same(name: str, cell: Cell, value: Any) -> bool:
    """Tell whether a stored value is the cell's own."""
    if name == "sold":
        return isinstance(cell, int | float) and bool(cell) == bool(value)
    if isinstance(cell, bool):
        return False
    if name in ("price", "stock", "weight"):
        return isinstance(cell, int | float) and Decimal(repr(cell)) == Decimal(str(value))
    if isinstance(value, timedelta):  # as MySQL's driver gives times
        value = (datetime(2000, 1, 1) + value).time()
    kinds = {"made": date, "at": datetime, "hour": time}
    return type(cell) is kinds.get(name, str) and cell == value


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.skipif(not SHARED_DATA.exists(), reason=f"the real workbooks are not at {SHARED_DATA}")
def test_the_known_values_of_a_real_workbook_are_found(inspect_excel: Inspector) -> None:
    sheet = document(inspect_excel(SHARED_DATA / "vegetable_wholesale_zh.xlsx", "--json"))["sheets"][0]
    assert (sheet["rows"], sheet["used"]) == (55_982, "A1:C55983")
    assert [column["header"] for column in sheet["columns"]] == ["日期", "单品编码", "批发价格(元/千克)"]
    assert (sheet["columns"][0]["minimum"], sheet["columns"][0]["maximum"]) == ("2020-07-01", "2023-06-30")


def test_a_limit_counts_the_rows_that_an_import_would_count(
    goods: str, tmp_path: Path, inspect_excel: Inspector, cli: FlaskCliRunner
) -> None:
    lines = ["sku,other"] + ["NA,x"] * 6_000 + [f"{'long' * 5}{n},x" for n in range(5)]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    options = ["--map", "other=", "--null", "NA", "--limit", "3"]
    assert inspect_excel(tmp_path / "a.csv", "--table", goods, *options).exit_code == 3
    assert cli.invoke(args=["import-excel", str(tmp_path / "a.csv"), goods, *options]).exit_code == 3
