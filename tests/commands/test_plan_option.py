"""`--plan`: columns and options from a file."""

from __future__ import annotations

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

Inspector = Callable[..., Result]

PLAN = """\
format = 1
table = "goods"
headers = ["货号", "名称", "备注"]
[columns]
"货号" = "sku"
"名称" = "title"
"备注" = ""
[options]
"""


@pytest.fixture
def backend() -> str:
    """Use one database: none matters here."""
    return "sqlite"


@pytest.fixture
def goods(app: Flask) -> str:
    """Make a table."""
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE goods (sku VARCHAR(10) NOT NULL PRIMARY KEY, title VARCHAR(8))"))
    return "goods"


@pytest.fixture
def inspect(goods: str, cli: FlaskCliRunner, tmp_path: Path) -> Inspector:
    """Run `flask inspect-excel --table goods` on a sheet with the plan's headers and these rows."""

    def run(plan: str, *args: object, rows: Sequence[Sequence[Any]] = (["A1", "nail", 1],)) -> Result:
        book = openpyxl.Workbook()
        for row in (["货号", "名称", "备注"], *rows):
            book.worksheets[0].append(row)
        book.save(tmp_path / "june.xlsx")
        (tmp_path / "goods.toml").write_text(plan, encoding="utf-8")
        files = [str(tmp_path / "june.xlsx"), "--plan", str(tmp_path / "goods.toml")]
        return cli.invoke(args=["inspect-excel", *files, *map(str, args)])

    return run


def test_headers_fill_the_columns_that_the_plan_says(inspect: Inspector) -> None:
    result = inspect(PLAN, "--table", "goods")
    assert result.exit_code == 0, result.stderr
    assert "title" in result.stdout


def test_options_are_those_of_the_plan(inspect: Inspector) -> None:
    rows = [["A1", "无", 1], ["B2", "a nail", 1]]
    result = inspect(PLAN + 'null = ["无"]\nheader_row = 1', "--table", "goods", "--json", rows=rows)
    assert result.exit_code == 0, result.stderr
    assert '"change": "null_text"' in result.stdout


def test_other_headers_are_listed(inspect: Inspector) -> None:
    plan = PLAN.replace("备注", "颜色")
    result = inspect(plan, "--table", "goods")
    assert result.exit_code == 3
    assert 'missing: "颜色"' in result.stdout
    assert 'new: "备注" (C)' in result.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--map", "备注="], "--map cannot be said beside --plan; the columns stand in goods.toml"),
        (["--null", "x"], "--null cannot be said beside --plan; it stands in goods.toml"),
        (["--round"], "--round cannot be said beside --plan; it stands in goods.toml"),
    ],
)
def test_what_the_plan_says_is_not_said_twice(inspect: Inspector, options: list[str], words: str) -> None:
    result = inspect(PLAN + 'null = ["无"]\nround = true', "--table", "goods", *options)
    assert result.exit_code == 2
    assert words in result.stderr


def test_what_the_plan_does_not_say_may_be_said(inspect: Inspector) -> None:
    result = inspect(PLAN + "round = true", "--table", "goods", "--null", "nail", "--json")
    assert result.exit_code == 0, result.stderr
    assert '"change": "null_text"' in result.stdout


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('date_order = "DYM"', "for date-order what it does not take: 'DYM' is not one of"),
        ("date_order = 1.5", "for date-order what it does not take: [1.5] is no value for it."),
        ("header_row = 0", "for header-row what it does not take: 0 is not in the range"),
        ('encoding = "klingon"', 'for encoding what it does not take: "klingon" is not an encoding'),
        ('thousands = ["a"]', "for thousands what it does not take"),
        ("null = [[1]]", "for null what it does not take"),
    ],
)
def test_a_value_that_an_option_does_not_take_is_named(inspect: Inspector, line: str, words: str) -> None:
    result = inspect(PLAN + line, "--table", "goods")
    assert result.exit_code == 3
    assert f"The plan goods.toml has {words}" in result.stderr


def test_a_plan_needs_a_table(inspect: Inspector) -> None:
    result = inspect(PLAN)
    assert result.exit_code == 2
    assert "--plan says how cells become a table's; name one with --table." in result.stderr


def test_a_plan_is_for_one_table(inspect: Inspector) -> None:
    result = inspect(PLAN.replace('"goods"', '"orders"'), "--table", "goods")
    assert result.exit_code == 3
    assert "is for the table orders, not for goods" in result.stdout
