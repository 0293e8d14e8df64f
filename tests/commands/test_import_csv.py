"""`flask import-excel` with CSV and TSV files, end to end, and their undo."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner

from app.models import Run
from app.services import runs
from tests.importing import rows_of, sql

Command = Callable[..., Result]


@pytest.fixture
def flask(cli: FlaskCliRunner) -> Command:
    """Run a command in this process."""

    def run(*args: object) -> Result:
        return cli.invoke(args=list(map(str, args)))

    return run


@pytest.fixture
def goods(cli: FlaskCliRunner) -> str:
    """Make a table that holds one row."""
    sql(
        "CREATE TABLE goods (sku VARCHAR(10) NOT NULL PRIMARY KEY, title VARCHAR(40), price DECIMAL(8,2))",
        "INSERT INTO goods VALUES ('OLD', 'an old one', 1)",
    )
    return "goods"


def written(path: Path, content: str, encoding: str = "utf-8") -> Path:
    """Write a text file."""
    path.write_bytes(content.encode(encoding))
    return path


def newest() -> Run:
    """Return the run that began last."""
    return runs.newest(1)[0]


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-16-be", "|"), ("gb18030", ",")],
)
def test_text_file_is_imported_and_undone(
    goods: str, flask: Command, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    lines = ["sku,title,price", '007,"苹果', '红",1.50', "008,一斤上海青,", ""]
    path = written(tmp_path / "june.csv", "\r\n".join(lines).replace(",", delimiter), encoding)
    result = flask("import-excel", path, goods)
    assert result.exit_code == 0, result.stderr
    assert rows_of(goods)[:2] == [("007", "苹果\r\n红", Decimal("1.50")), ("008", "一斤上海青", None)]
    assert ("GB18030" in result.stderr) is (encoding == "gb18030")
    path.unlink()
    undone = flask("runs", "undo", newest().id, "--yes")
    assert undone.exit_code == 0, undone.stderr
    assert rows_of(goods) == [("OLD", "an old one", Decimal(1))]


def test_encoding_and_delimiter_of_the_import_are_those_of_its_undo(goods: str, flask: Command, tmp_path: Path) -> None:
    path = written(tmp_path / "june.txt", "sku;title\n1;é, à\n2;b, c\n", "cp1252")
    result = flask("import-excel", path, goods, "--encoding", "Windows-1252", "--delimiter", ";", "--json")
    assert result.exit_code == 0, result.stderr
    run = newest()
    assert (run.arguments["encoding"], run.arguments["delimiter"]) == ("Windows-1252", ";")
    assert (run.options["sheets"][0]["encoding"], run.options["sheets"][0]["delimiter"]) == ("cp1252", ";")
    assert ("1", "é, à", None) in rows_of(goods)
    assert flask("runs", "undo", run.id, "--yes").exit_code == 0
    assert len(rows_of(goods)) == 1


def test_what_was_found_is_recorded_so_that_the_file_is_read_alike(goods: str, flask: Command, tmp_path: Path) -> None:
    assert flask("import-excel", written(tmp_path / "june.tsv", "sku\ttitle\n1\tx\n"), goods).exit_code == 0
    run = newest()
    assert "encoding" not in run.arguments
    sheet = run.options["sheets"][0]
    assert (sheet["sheet"], sheet["encoding"], sheet["delimiter"]) == ("june", "utf-8", "\t")


def test_undo_of_an_import_from_before_text_files_were_read(goods: str, flask: Command, tmp_path: Path) -> None:
    assert flask("import-excel", written(tmp_path / "june.csv", "sku,title\n1,x\n"), goods).exit_code == 0
    from app.services.imports.replay import replay_of

    options = newest().options
    for name in ("encoding", "delimiter"):
        del options["sheets"][0][name]
    replay = replay_of(options)
    assert replay is not None
    assert (replay.sheets[0].encoding, replay.sheets[0].delimiter) == ("", "")


@pytest.mark.parametrize("delimiter", ["tab", "\\t", "\t"])
def test_tabulator_may_be_spelled(goods: str, flask: Command, tmp_path: Path, delimiter: str) -> None:
    path = written(tmp_path / "june.csv", "sku\ttitle\n1\ta,b\n")
    assert flask("import-excel", path, goods, "--delimiter", delimiter).exit_code == 0
    assert ("1", "a,b", None) in rows_of(goods)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--encoding", "klingon", "is not an encoding"),
        ("--encoding", "hex", "is not an encoding"),
        ("--encoding", "", "is not an encoding"),
        ("--delimiter", ";;", "is not one character"),
        ("--delimiter", '"', "is not one character"),
        ("--delimiter", "\n", "is not one character"),
        ("--delimiter", "", "is not one character"),
    ],
)
def test_option_that_makes_no_sense_is_wrong_usage(
    goods: str, flask: Command, tmp_path: Path, option: str, value: str, words: str
) -> None:
    result = flask("import-excel", written(tmp_path / "june.csv", "sku\n1\n"), goods, option, value)
    assert result.exit_code == 2
    assert words in result.stderr


def test_options_for_text_files_are_in_vain_with_others(goods: str, flask: Command, tmp_path: Path) -> None:
    assert flask("template", goods, tmp_path / "empty.xlsx").exit_code == 0
    result = flask("import-excel", tmp_path / "empty.xlsx", goods, "--encoding", "gbk")
    assert result.exit_code == 0
    assert "--encoding and --delimiter are for text files; this one is xlsx." in result.stderr


def test_cell_that_does_not_fit_is_named_by_its_record(goods: str, flask: Command, tmp_path: Path) -> None:
    path = written(tmp_path / "june.csv", 'sku,title,price\n1,"a\nb",1\n\n2,c,"1,234"\n')
    result = flask("import-excel", path, goods)
    assert result.exit_code == 3
    assert "june!C4" in result.stderr
    assert flask("import-excel", path, goods, "--thousands", ",").exit_code == 0
    assert ("2", "c", Decimal(1234)) in rows_of(goods)


def test_record_with_more_fields_than_headers_is_rejected(goods: str, flask: Command, tmp_path: Path) -> None:
    path = written(tmp_path / "june.csv", "sku,title,price\n1,a,1,\n2,b, with a comma,2\n3,c,3\n")
    result = flask("import-excel", path, goods)
    assert result.exit_code == 3
    assert "is followed by more fields than there are headers" in result.stderr
    assert "june!C3" in result.stderr
    assert len(rows_of(goods)) == 1
    assert "1 of 3 rows" in result.stderr  # blank fields behind the last one do no harm


def test_records_with_fewer_fields_are_told_of(goods: str, flask: Command, tmp_path: Path) -> None:
    path = written(tmp_path / "june.csv", "sku,title,price\n1,hello\nworld,3\n2,x,5\n")
    result = flask("import-excel", path, goods)
    assert result.exit_code == 0
    assert "2 records with fewer fields than the first one" in result.stderr


@pytest.mark.parametrize("line", ["sep=\r\n", 'sep="\n'])
def test_line_that_names_no_delimiter_is_data(goods: str, flask: Command, tmp_path: Path, line: str) -> None:
    result = flask("import-excel", written(tmp_path / "june.csv", f"{line}sku,title,price\n1,a,5\n"), goods)
    assert result.exit_code != 0
    assert len(rows_of(goods)) == 1


@pytest.mark.parametrize("name", ["idna", "punycode", "unicode_escape"])
def test_codec_that_is_no_encoding_is_wrong_usage(goods: str, flask: Command, tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "june.csv", "sku,title,price\n1,a,5\n")
    assert flask("import-excel", path, goods, "--encoding", name).exit_code == 2


def test_line_that_does_not_decode_is_named(goods: str, flask: Command, tmp_path: Path) -> None:
    (tmp_path / "june.csv").write_bytes(b"sku,title\n1,caf\xe9\n")
    result = flask("import-excel", tmp_path / "june.csv", goods)
    assert result.exit_code == 1
    assert "june.csv: Line 2 is neither UTF-8 nor GB18030: byte 0xE9.\nName its encoding with --enc" in result.stderr
    assert len(rows_of(goods)) == 1


def test_key_that_exists_is_named_by_its_record(goods: str, flask: Command, tmp_path: Path) -> None:
    path = written(tmp_path / "june.csv", 'sku,title\n1,"a\nb"\nOLD,c\n')
    result = flask("import-excel", written(tmp_path / "may.csv", "sku,title\n5,x\n"), path, goods)
    assert result.exit_code == 3
    assert "june!A3" in result.stderr


def test_new_table_of_a_text_file_has_texts_alone(flask: Command, cli: FlaskCliRunner, tmp_path: Path) -> None:
    path = written(tmp_path / "june.csv", "code,day,amount,flag\n007,2024-06-10,1.5,TRUE\n")
    assert flask("import-excel", path, "june", "--create", "--yes").exit_code == 0
    assert [row[-4:] for row in rows_of("june")] == [("007", "2024-06-10", "1.5", "TRUE")]
    undone = flask("runs", "undo", newest().id, "--yes")
    assert undone.exit_code == 0, undone.stderr


def test_dry_run_reads_and_writes_nothing(goods: str, flask: Command, tmp_path: Path) -> None:
    path = written(tmp_path / "june.csv", "sku,title\n1,x\n")
    result = flask("import-excel", path, goods, "--dry-run", "--json")
    assert json.loads(result.stdout)["sheets"][0]["sheet"] == "june"
    assert len(rows_of(goods)) == 1


def test_single_column_is_imported_and_undone(flask: Command, tmp_path: Path) -> None:
    sql("CREATE TABLE codes (code VARCHAR(20) NOT NULL PRIMARY KEY)")
    path = written(tmp_path / "codes.csv", "code\n001\n002\n")
    assert flask("import-excel", path, "codes").exit_code == 0
    assert rows_of("codes") == [("001",), ("002",)]
    assert flask("runs", "undo", newest().id, "--yes").exit_code == 0
    assert rows_of("codes") == []
