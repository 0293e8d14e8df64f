"""`flask import-excel --password-stdin`: encrypted workbooks, their undo, and a password that nothing keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from flask import Flask, current_app
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from app.extensions import db
from app.models import Run
from app.services import runs
from tests.workbooks import encrypted

PASSWORD = "Apfel-и-苹果-17"
Command = Callable[..., Result]


@pytest.fixture
def flask(cli: FlaskCliRunner) -> Command:
    """Run a command in this process, with a line on standard input."""

    def run(*args: object, stdin: str | bytes = "") -> Result:
        return cli.invoke(args=list(map(str, args)), input=stdin)

    return run


@pytest.fixture
def goods(app: Flask) -> str:
    """Make an empty table."""
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE goods (sku VARCHAR(10) NOT NULL PRIMARY KEY, title VARCHAR(40))"))
    return "goods"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Write an encrypted workbook of two rows."""
    workbook = openpyxl.Workbook()
    for row in [("sku", "title"), ("A", "苹果"), ("B", "pears")]:
        workbook.active.append(row)
    workbook.save(tmp_path / "june.xlsx")
    return encrypted(tmp_path / "june.xlsx", PASSWORD)


def count(table: str) -> int:
    """Return how many rows a table has."""
    with db.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one())


def newest() -> Run:
    """Return the run that began last."""
    return runs.newest(1)[0]


@pytest.mark.parametrize("end", ["\n", "\r\n", "", "\nmore\n"])
def test_encrypted_workbook_is_imported_and_undone(goods: str, book: Path, flask: Command, end: str) -> None:
    result = flask("import-excel", book, goods, "--password-stdin", stdin=PASSWORD + end)
    assert result.exit_code == 0, result.stderr
    assert count(goods) == 2
    book.unlink()
    undone = flask("runs", "undo", newest().id, "--yes", "--password-stdin", stdin=PASSWORD + end)
    assert undone.exit_code == 0, undone.stderr
    assert count(goods) == 0


def test_undo_without_the_password_changes_nothing_and_asks_for_it(goods: str, book: Path, flask: Command) -> None:
    assert flask("import-excel", book, goods, "--password-stdin", stdin=PASSWORD).exit_code == 0
    run = newest().id
    result = flask("runs", "undo", run, "--yes")
    assert result.exit_code == 1
    assert "encrypted_june.xlsx: The file is encrypted.\nGive its password with --password-stdin" in result.stderr
    assert count(goods) == 2
    assert flask("runs", "undo", run, "--yes", "--password-stdin", stdin=PASSWORD).exit_code == 0


@pytest.mark.parametrize(
    ("stdin", "words"),
    [
        ("wrong\n", "encrypted_june.xlsx: The password is not that of the file."),
        ("", "Standard input is empty."),
        ("\n", "The password on standard input is empty."),
        (b"\xff\xfe\n", "The password on standard input is not UTF-8 text."),
    ],
)
def test_password_that_does_not_open_the_file_is_told(
    goods: str, book: Path, flask: Command, stdin: str | bytes, words: str
) -> None:
    result = flask("import-excel", book, goods, "--password-stdin", stdin=stdin)
    assert result.exit_code == 1
    assert words in result.stderr
    assert "wrong" not in result.output
    assert count(goods) == 0


def test_missing_password_is_asked_for(goods: str, book: Path, flask: Command) -> None:
    result = flask("import-excel", book, goods)
    assert result.exit_code == 1
    assert "encrypted_june.xlsx: The file is encrypted.\nGive its password with --password-stdin." in result.stderr


def test_file_that_is_not_encrypted_needs_no_password(goods: str, book: Path, flask: Command, tmp_path: Path) -> None:
    result = flask("import-excel", tmp_path / "june.xlsx", goods, "--password-stdin", stdin=PASSWORD)
    assert result.exit_code == 0, result.stderr
    assert count(goods) == 2


def test_nothing_keeps_the_password_or_the_content(goods: str, book: Path, flask: Command, tmp_path: Path) -> None:
    (tmp_path / "june.xlsx").unlink()
    assert flask("import-excel", book, goods, "--password-stdin", stdin=PASSWORD).exit_code == 0
    assert flask("import-excel", book, goods, "--password-stdin", stdin="nearly " + PASSWORD).exit_code == 1
    with db.engine.connect() as connection:
        rows = [str(tuple(row)) for row in connection.execute(text("SELECT * FROM runs"))]
    kept = [path.read_bytes() for path in Path(current_app.instance_path).rglob("*") if path.is_file()]
    assert rows
    assert kept
    for secret in (PASSWORD, PASSWORD.encode("unicode_escape").decode()):
        assert not [row for row in rows if secret in row]
        assert not [data for data in kept if secret.encode() in data]
    assert not [data for data in kept if data.startswith(b"PK")], "the content was kept without its encryption"
