"""`flask import-excel` of many files and sheets: `--all-sheets`, `--each`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from app.extensions import db
from app.services import runs

Importer = Callable[..., Result]

# Which database it is makes no difference.
on_one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
HEADERS = ["sku", "stock"]


@pytest.fixture
def import_excel(app: Flask, cli: FlaskCliRunner) -> Importer:
    """Run `flask import-excel` in this process; there is a table goods."""
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE goods (sku VARCHAR(10) NOT NULL PRIMARY KEY, stock INT NOT NULL)"))

    def run(*args: object) -> Result:
        return cli.invoke(args=["import-excel", *map(str, args)])

    return run


def write(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()) -> Path:
    """Write a workbook of these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    book.save(path)
    return path


def one(path: Path, *rows: Sequence[Any]) -> Path:
    """Write a workbook of one sheet."""
    return write(path, {"Sheet1": [HEADERS, *rows]})


def goods() -> list[tuple[Any, ...]]:
    """Return what the table holds."""
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT * FROM goods ORDER BY 1"))]


# All sheets


def test_all_visible_sheets_go_in_at_once_and_out_again(
    import_excel: Importer, cli: FlaskCliRunner, tmp_path: Path
) -> None:
    rows = {"一": [HEADERS, ["A", 1]], "二": [HEADERS[::-1], [2, "B"]], "旧": [["x"]], "blank": []}
    first = write(tmp_path / "june.xlsx", rows, hidden=["旧"])
    second = write(tmp_path / "july.xlsx", {"三": [HEADERS, ["C", 3]]})
    result = import_excel(first, second, "goods", "--all-sheets")
    assert result.exit_code == 0, result.stderr
    assert goods() == [("A", 1), ("B", 2), ("C", 3)]
    assert "june.xlsx: Hidden sheets were left out: 旧. --sheet NAME imports one." in result.stderr
    assert "june.xlsx: Blank sheets were left out: blank." in result.stderr
    run = runs.newest(1)[0]
    assert run.arguments["all_sheets"] is True
    undone = cli.invoke(args=["runs", "undo", str(run.id), "--yes"])
    assert undone.exit_code == 0, undone.stderr
    assert goods() == []


def test_addresses_name_file_and_sheet(import_excel: Importer, tmp_path: Path) -> None:
    first = write(tmp_path / "june.xlsx", {"一": [HEADERS, ["A", 1]], "二": [HEADERS, ["B", 1.5]]})
    result = import_excel(first, "goods", "--all-sheets")
    assert result.exit_code == 3
    assert "takes whole numbers    二!B2 1.5" in result.stderr
    second = write(tmp_path / "july.xlsx", {"三": [HEADERS, ["C", 2.5]]})
    result = import_excel(first, second, "goods", "--all-sheets")
    assert "june.xlsx 二!B2 1.5" in result.stderr
    assert "july.xlsx 三!B2 2.5" in result.stderr
    assert goods() == []


def test_keys_are_compared_across_sheets(import_excel: Importer, tmp_path: Path) -> None:
    path = write(tmp_path / "june.xlsx", {"一": [HEADERS, ["A", 1]], "二": [HEADERS, ["A", 2]]})
    result = import_excel(path, "goods", "--all-sheets")
    assert result.exit_code == 3
    assert "二!A2" in result.stderr
    assert goods() == []


@on_one_database
def test_files_with_one_name_are_told_apart(import_excel: Importer, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    files = [one(tmp_path / folder / "june.xlsx", [folder, 1.5]) for folder in ("a", "b")]
    result = import_excel(*files, "goods")
    assert result.exit_code == 3
    assert f"{files[0]} Sheet1!B2 1.5" in result.stderr
    assert f"{files[1]} Sheet1!B2 1.5" in result.stderr


@on_one_database
def test_a_file_that_is_named_twice_is_wrong_usage(import_excel: Importer, tmp_path: Path) -> None:
    path = one(tmp_path / "june.xlsx", ["A", 1])
    result = import_excel(path, tmp_path / "." / "june.xlsx", "goods")
    assert result.exit_code == 2
    assert "is named twice" in result.stderr


@on_one_database
def test_a_book_without_a_visible_sheet_is_an_error(import_excel: Importer, tmp_path: Path) -> None:
    result = import_excel(write(tmp_path / "june.xlsx", {"一": []}), "goods", "--all-sheets")
    assert result.exit_code == 3
    assert "june.xlsx: no visible sheet has anything in it." in result.stderr


@on_one_database
def test_more_files_than_processes_go_in_at_once(import_excel: Importer, tmp_path: Path) -> None:
    files = [one(tmp_path / f"{number}.xlsx", [f"A{number}", number]) for number in range(9)]
    result = import_excel(*files, "goods")
    assert result.exit_code == 0, result.stderr
    assert goods() == [(f"A{number}", number) for number in range(9)]
    assert runs.newest(1)[0].name == "0.xlsx, 1.xlsx, 2.xlsx and 6 more → goods"
    assert result.stderr.count("stock → stock") == 1
    assert '8.xlsx · sheet "Sheet1" · header in row 1 · the same columns' in result.stderr


# Each


def test_each_file_is_an_import_of_its_own(import_excel: Importer, tmp_path: Path) -> None:
    files = [
        one(tmp_path / "june.xlsx", ["A", 1]),
        one(tmp_path / "july.xlsx", ["B", 1.5]),
        one(tmp_path / "august.xlsx", ["C", 3], ["D", 4]),
    ]
    (tmp_path / "notes.xlsx").write_text("a,b")
    result = import_excel(*files, tmp_path / "notes.xlsx", "goods", "--each")
    assert result.exit_code == 3
    assert goods() == [("A", 1), ("C", 3), ("D", 4)]
    assert "Imported 2 of 4 files: 3 rows into goods." in result.stderr
    assert f"not {files[1]}: 1 of 1 row cannot be loaded. (exit code 3)" in result.stderr
    assert f"not {tmp_path / 'notes.xlsx'}: The headers of sheet" in result.stderr
    assert [run.state for run in runs.newest(3)] == ["succeeded", "failed", "succeeded"]


@on_one_database
def test_the_exit_code_is_the_worst(import_excel: Importer, tmp_path: Path) -> None:
    june, july = one(tmp_path / "june.xlsx", ["A", 1]), one(tmp_path / "july.xlsx", ["B", 1.5])
    assert import_excel(june, "goods", "--each").exit_code == 0
    assert import_excel(june, "goods", "--each").exit_code == 5
    assert import_excel(june, july, "goods", "--each").exit_code == 3
    (tmp_path / "page.xlsx").write_text("<html></html>")
    assert import_excel(june, tmp_path / "page.xlsx", july, "goods", "--each").exit_code == 1


@on_one_database
def test_rejects_of_each_file_have_a_file(import_excel: Importer, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    files = [
        one(tmp_path / "june.xlsx", ["A", 1]),
        one(tmp_path / "july.xlsx", ["B", 1.5]),
        one(tmp_path / "a" / "july.xlsx", ["C", 2.5]),
    ]
    result = import_excel(*files, "goods", "--each", "--rejects", tmp_path / "rejects.xlsx")
    assert result.exit_code == 3
    made = sorted(path.name for path in tmp_path.glob("rejects*"))
    assert made == ["rejects-july-3.xlsx", "rejects-july.xlsx"]
    again = import_excel(*files, "goods", "--each", "--rejects", tmp_path / "rejects.xlsx")
    assert again.exit_code == 5
    assert "rejects-july.xlsx already" in again.stderr
    assert "Imported" not in again.stderr


@on_one_database
def test_json_tells_of_each_file(import_excel: Importer, tmp_path: Path) -> None:
    june, july = one(tmp_path / "june.xlsx", ["A", 1]), one(tmp_path / "july.xlsx", ["B", 1.5])
    result = import_excel(june, july, "goods", "--each", "--json")
    assert result.exit_code == 3
    first, second = json.loads(result.stdout)
    assert (first["file"], first["exit_code"], first["outcome"]["rows"]) == (str(june), 0, 1)
    assert (second["file"], second["exit_code"], second["rejected"]) == (str(july), 3, 1)
    assert second["rejects"][0]["cell"] == "Sheet1!B2"


def test_a_dry_run_of_each_writes_nothing(import_excel: Importer, tmp_path: Path) -> None:
    files = [one(tmp_path / "june.xlsx", ["A", 1]), one(tmp_path / "july.xlsx", ["B", 2])]
    result = import_excel(*files, "goods", "--each", "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert "Would import 2 of 2 files: 2 rows into goods." in result.stderr
    assert goods() == []


@on_one_database
@pytest.mark.parametrize(
    "options", [["--each", "--create"], ["--each", "--mode", "replace"], ["--each", "--save-plan", "x.toml"]]
)
def test_what_does_not_go_with_each_is_wrong_usage(options: list[str], import_excel: Importer, tmp_path: Path) -> None:
    assert import_excel(one(tmp_path / "june.xlsx", ["A", 1]), "goods", *options).exit_code == 2


@on_one_database
def test_all_sheets_and_one_are_not_said_at_once(import_excel: Importer, tmp_path: Path) -> None:
    result = import_excel(one(tmp_path / "june.xlsx", ["A", 1]), "goods", "--all-sheets", "--sheet", "2")
    assert result.exit_code == 2
    assert "leave out --sheet" in result.stderr
