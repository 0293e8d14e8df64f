"""`flask import-excel --save-plan` and `--plan`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
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
HEADERS = ["货号", "名称", "备注"]


@pytest.fixture
def import_excel(app: Flask, cli: FlaskCliRunner) -> Importer:
    """Run `flask import-excel` in this process; there is a table goods."""
    with db.engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE goods (sku VARCHAR(10) NOT NULL PRIMARY KEY, title VARCHAR(8), price DECIMAL(8,2))")
        )

    def run(*args: object) -> Result:
        return cli.invoke(args=["import-excel", *map(str, args)])

    return run


def write(path: Path, *rows: Sequence[Any], headers: Sequence[str] = HEADERS) -> Path:
    """Write a workbook."""
    book = openpyxl.Workbook()
    for row in (headers, *rows):
        book.worksheets[0].append(row)
    book.save(path)
    return path


def goods() -> list[tuple[Any, ...]]:
    """Return what the table holds."""
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT sku, title FROM goods ORDER BY 1"))]


MAPPED = ["--map", "货号=sku", "--map", "名称=title", "--map", "备注="]


def test_a_plan_that_was_saved_imports_the_next_sheet(import_excel: Importer, tmp_path: Path) -> None:
    june = write(tmp_path / "june.xlsx", ["A1", "无", 1])
    plan = tmp_path / "goods.toml"
    result = import_excel(june, "goods", *MAPPED, "--null", "无", "--mode", "upsert", "--save-plan", plan)
    assert result.exit_code == 0, result.stderr
    assert f"The plan is in {plan}: use it with --plan." in result.stderr
    content = tomllib.loads(plan.read_text("utf-8"))
    assert content["columns"] == {"货号": "sku", "名称": "title", "备注": ""}
    assert content["options"] == {"null": ["无"], "mode": "upsert"}
    july = write(tmp_path / "july.xlsx", ["A1", "nail", 2], ["B2", "无", 3])
    result = import_excel(july, "goods", "--plan", plan)
    assert result.exit_code == 0, result.stderr
    assert goods() == [("A1", "nail"), ("B2", None)]
    run = runs.newest(1)[0]
    assert run.arguments["plan"] == str(plan)
    assert run.arguments["mode"] == "upsert"


@on_one_database
def test_other_headers_fail_loudly_and_nothing_is_written(import_excel: Importer, tmp_path: Path) -> None:
    plan = tmp_path / "goods.toml"
    assert (
        import_excel(write(tmp_path / "june.xlsx", ["A1", "a", 1]), "goods", *MAPPED, "--save-plan", plan).exit_code
        == 0
    )
    july = write(tmp_path / "july.xlsx", ["B2", "b", 1], headers=["货号", "备注", "名字"])
    result = import_excel(july, "goods", "--plan", plan)
    assert result.exit_code == 3
    assert 'missing: "名称"' in result.stderr
    assert 'new: "名字" (C)' in result.stderr
    assert goods() == [("A1", "a")]


def test_rejects_are_mended_and_imported_by_the_same_plan(import_excel: Importer, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["六月"], [], HEADERS, ["A1", "much too long", 1], ["B2", "b", 1]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "june.xlsx")
    plan, rejects = tmp_path / "goods.toml", tmp_path / "rejects.xlsx"
    options = [*MAPPED, "--header-row", 3, "--sheet", "Sheet", "--on-error", "skip"]
    result = import_excel(tmp_path / "june.xlsx", "goods", *options, "--save-plan", plan, "--rejects", rejects)
    assert result.exit_code == 0, result.stderr
    mended = openpyxl.load_workbook(rejects)
    mended["Sheet"]["B4"] = "short"
    mended.save(rejects)
    result = import_excel(rejects, "goods", "--plan", plan)
    assert result.exit_code == 0, result.stderr
    assert goods() == [("A1", "short"), ("B2", "b")]


def test_the_plan_of_a_new_table_imports_the_next_sheet(import_excel: Importer, tmp_path: Path) -> None:
    plan = tmp_path / "made.toml"
    june = write(tmp_path / "june.xlsx", ["A1", "a", 1], headers=["Item No", "title", "_row"])
    result = import_excel(june, "made", "--create", "--yes", "--save-plan", plan)
    assert result.exit_code == 0, result.stderr
    assert tomllib.loads(plan.read_text("utf-8"))["columns"] == {"Item No": "item_no", "title": "title"}
    july = write(tmp_path / "july.xlsx", ["B2", "b", 2], headers=["Item No", "title", "_row"])
    result = import_excel(july, "made", "--plan", plan)
    assert result.exit_code == 0, result.stderr


@on_one_database
def test_sheets_of_two_kinds_have_no_plan_in_common(import_excel: Importer, tmp_path: Path) -> None:
    june = write(tmp_path / "june.xlsx", ["A1", "a"], headers=["sku", "title"])
    july = write(tmp_path / "july.xlsx", ["B2", 1], headers=["sku", "price"])
    result = import_excel(june, july, "goods", "--save-plan", tmp_path / "goods.toml")
    assert result.exit_code == 5
    assert "july.xlsx has other headers than june.xlsx" in result.stderr
    assert not (tmp_path / "goods.toml").exists()
    assert goods() == []


@on_one_database
def test_no_plan_is_written_over(import_excel: Importer, tmp_path: Path) -> None:
    plan = tmp_path / "goods.toml"
    plan.write_text("mine")
    result = import_excel(write(tmp_path / "june.xlsx", ["A1", "a", 1]), "goods", *MAPPED, "--save-plan", plan)
    assert result.exit_code == 5
    assert "Name another one with --save-plan" in result.stderr
    assert plan.read_text() == "mine"
    assert goods() == []


@on_one_database
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--save-plan", "other.toml"], "leave out one of them"),
        (["--create"], "a plan is for a table that is there"),
        (["--all-sheets"], "leave out --sheet"),
    ],
)
def test_what_does_not_go_with_a_plan_is_wrong_usage(
    options: list[str], words: str, import_excel: Importer, tmp_path: Path
) -> None:
    plan = tmp_path / "goods.toml"
    june = write(tmp_path / "june.xlsx", ["A1", "a", 1])
    assert import_excel(june, "goods", *MAPPED, "--sheet", "1", "--dry-run", "--save-plan", plan).exit_code == 0
    result = import_excel(june, "goods", "--plan", plan, *options)
    assert result.exit_code == 2
    assert words in result.stderr
