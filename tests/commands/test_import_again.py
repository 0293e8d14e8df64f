"""The same content again into the same table is refused, and told which run brought it."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from app.extensions import db
from app.services import runs
from tests.many import starting
from tests.workbooks import worksheet, write_xlsx

ROW = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>{1}</t></is></c></row>'


def sheet(*values: str) -> str:
    """Return a worksheet with the header `name` and these values."""
    return worksheet("".join(ROW.format(number, value) for number, value in enumerate(("name", *values), 1)))


@pytest.fixture
def june(tmp_path: Path) -> Path:
    """Write a workbook of two sheets, 2 rows and 1."""
    return write_xlsx(tmp_path / "june.xlsx", {"first": sheet("a", "b"), "second": sheet("c")})


@pytest.fixture(autouse=True)
def tables(app: Flask) -> None:
    """Make two tables that anything can stand twice in, but for undo, which needs a key."""
    with db.engine.begin() as connection:
        for name in ("names", "others"):
            connection.execute(text(f"CREATE TABLE {name} (name VARCHAR(20))"))


def names() -> list[str]:
    """Return what is in the table."""
    with db.engine.connect() as connection:
        return list(connection.scalars(text("SELECT name FROM names ORDER BY name")))


def newest() -> int:
    """Return the id of the last run."""
    return runs.newest(1)[0].id


@pytest.mark.parametrize("args", [(), ("--dry-run",), ("--sheet", "1"), ("--limit", "1")])
def test_the_same_sheet_is_refused_and_names_the_run(cli: FlaskCliRunner, june: Path, args: tuple[str, ...]) -> None:
    assert cli.invoke(args=["import-excel", str(june), "names"]).exit_code == 0
    run = runs.newest(1)[0]
    shutil.copy(june, june.with_name("renamed.xlsx"))
    result = cli.invoke(args=["import-excel", str(june.with_name("renamed.xlsx")), "names", *args])
    assert result.exit_code == 5, result.stderr
    digits = hashlib.sha256(june.read_bytes()).hexdigest()[:4]
    when = f"{run.started_at.astimezone():%Y-%m-%d %H:%M}"
    assert result.stderr.endswith(
        f"Refused: this sheet (sha256 {digits}…) is already in names: run {run.id}, 2 rows, {when} by {run.operator}.\n"
        f"Import it again with --again, or take run {run.id} back with: flask runs undo {run.id}\n"
    )
    assert (names(), newest()) == (["a", "b"], run.id), "nothing was done, and nothing is on record"


def test_again_allows_it(cli: FlaskCliRunner, june: Path) -> None:
    for _ in range(3):
        result = cli.invoke(args=["import-excel", str(june), "names", "--again"])
        assert result.exit_code == 0, result.stderr
    assert names() == ["a", "a", "a", "b", "b", "b"]
    assert runs.newest(1)[0].arguments["again"] is True


def test_another_sheet_or_table_is_not_the_same(cli: FlaskCliRunner, june: Path) -> None:
    for args in (("names",), ("names", "--sheet", "second"), ("others",)):
        result = cli.invoke(args=["import-excel", str(june), *args])
        assert result.exit_code == 0, result.stderr
    assert names() == ["a", "b", "c"]


def test_what_wrote_nothing_does_not_count(cli: FlaskCliRunner, june: Path) -> None:
    assert cli.invoke(args=["import-excel", str(june), "names", "--dry-run"]).exit_code == 0
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE names RENAME COLUMN name TO other"))
    assert cli.invoke(args=["import-excel", str(june), "names"]).exit_code == 3
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE names RENAME COLUMN other TO name"))
    assert cli.invoke(args=["import-excel", str(june), "names"]).exit_code == 0


def test_after_its_undo_it_may_come_again(cli: FlaskCliRunner, june: Path) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE UNIQUE INDEX by_name ON names (name)"))
    for _ in range(2):
        assert cli.invoke(args=["import-excel", str(june), "names"]).exit_code == 0
        assert cli.invoke(args=["runs", "undo", str(newest()), "--yes"]).exit_code == 0
    assert names() == []


def test_of_several_files_those_that_are_there_are_named(cli: FlaskCliRunner, june: Path, tmp_path: Path) -> None:
    july = write_xlsx(tmp_path / "july.xlsx", {"first": sheet("d")})
    august = write_xlsx(tmp_path / "august.xlsx", {"first": sheet("e")})
    for file in (june, july):
        assert cli.invoke(args=["import-excel", str(file), "names"]).exit_code == 0
    result = cli.invoke(args=["import-excel", str(june), str(august), str(july), "names"])
    assert result.exit_code == 5, result.stderr
    assert "Refused: 2 of these 3 sheets are already in names:\n" in result.stderr
    assert re.search(r'\n  june\.xlsx, sheet "first" \(sha256 ....…\): run 1, 2 rows, .* by ', result.stderr)
    assert re.search(r'\n  july\.xlsx, sheet "first" \(sha256 ....…\): run 2, 1 row, .* by ', result.stderr)
    assert "those runs back with: flask runs undo 1, flask runs undo 2" in result.stderr
    assert names() == ["a", "b", "d"]


def test_the_same_sheet_twice_in_one_import_is_refused(cli: FlaskCliRunner, june: Path, tmp_path: Path) -> None:
    shutil.copy(june, tmp_path / "copy.xlsx")
    args = ["import-excel", str(june), str(tmp_path / "copy.xlsx"), "names"]
    result = cli.invoke(args=args)
    assert result.exit_code == 5, result.stderr
    assert "Refused: june.xlsx and copy.xlsx hold the same sheet (sha256 " in result.stderr
    assert cli.invoke(args=[*args, "--again"]).exit_code == 0
    assert names() == ["a", "a", "b", "b"]


def test_of_two_at_once_one_is_refused(june: Path) -> None:
    with starting() as start:
        both = [start("import-excel", str(june), "names", "--wait", "60") for _ in range(2)]
        said = [process.communicate(timeout=120)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 5], said
    assert names() == ["a", "b"]
