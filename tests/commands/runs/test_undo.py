"""`flask runs undo`: an import and its undo leave the table as it was, to the byte; or nothing is deleted."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from app.extensions import db
from app.models import Run
from app.models.run import MOVES
from app.services import runs
from app.services.imports import kept_files
from tests.importing import Book, sql

Command = Callable[..., Result]


@pytest.fixture
def load(cli: FlaskCliRunner) -> Callable[..., int]:
    """Import, and give the run's id."""

    def run(*args: object) -> int:
        result = cli.invoke(args=["import-excel", *map(str, args)])
        assert result.exit_code == 0, result.stderr
        newest = runs.newest(1)[0]
        assert f"Run {newest.id} " in result.stderr
        return newest.id

    return run


@pytest.fixture
def undo(cli: FlaskCliRunner) -> Command:
    """Run `flask runs undo ID --yes`."""

    def run(run_id: int, *args: str) -> Result:
        return cli.invoke(args=["runs", "undo", str(run_id), *(args or ("--yes",))])

    return run


def dump(table: str) -> list[tuple[Any, ...]]:
    """Return everything that a table holds."""
    with db.engine.connect() as connection:
        return sorted((tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))), key=repr)


def undone(undo: Command, run_id: int) -> Result:
    """Undo, and check that it was."""
    result = undo(run_id)
    assert result.exit_code == 0, result.stderr
    assert f"Run {run_id} is undone" in result.stderr
    assert runs.verify().problems == []
    return result


def refused(undo: Command, run_id: int, words: str, exit_code: int = 5) -> Result:
    """Have an undo refused in these words, and nothing deleted."""
    tables = [name for name in ("goods", "things", "parts", "people") if _exists(name)]
    before = {name: dump(name) for name in tables}
    result = undo(run_id)
    assert (result.exit_code, words in result.stderr) == (exit_code, True), result.stderr
    assert "Traceback" not in result.output
    assert {name: dump(name) for name in tables} == before
    assert runs.verify().problems == []
    return result


def _exists(table: str) -> bool:
    from sqlalchemy import inspect

    return inspect(db.engine).has_table(table)


@pytest.fixture
def goods(app: Flask) -> str:
    """Make a table of every kind of value, with rows in it."""
    sql(
        "CREATE TABLE goods (sku VARCHAR(10) NOT NULL PRIMARY KEY, title VARCHAR(40) NOT NULL, price DECIMAL(12,2),"
        " weight DOUBLE, stock INT NOT NULL DEFAULT 7, code INT UNIQUE, made DATE, seen DATETIME, open_at TIME,"
        " sold BOOLEAN, born DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP)",
        "INSERT INTO goods (sku, title, price, code, born) VALUES ('OLD', '旧的 🔩', 1.10, 99, '2020-01-02 03:04:05')",
        "INSERT INTO goods (sku, title, born) VALUES ('old2', 'x', '2020-01-02 03:04:05')",
    )
    return "goods"


HEADERS = ["sku", "title", "price", "weight", "stock", "code", "made", "seen", "open_at", "sold"]
ROWS: list[list[Any]] = [
    ["A1", "钉子 🔩", 2.5, 0.1, 3, 1, date(2024, 6, 10), datetime(2024, 6, 10, 12, 30, 1), time(8, 30), True],
    ["b2", "line\nbreak\t\\ 'quoted' \"x\" %s", 1234567890.12, 1e-300, None, None, None, None, None, None],
    [71053, "É é ﹪", -0.01, -1e300, 0, -5, "2024年6月10日", "2024-06-10 01:02:03", "23:59:59", "否"],
]


def test_undo_of_an_import_leaves_the_table_as_it_was(
    goods: str, book: Book, load: Callable[..., int], undo: Command
) -> None:
    before = dump(goods)
    run_id = load(book([HEADERS, *ROWS]), goods)
    assert len(dump(goods)) == len(before) + 3
    result = undone(undo, run_id)
    assert dump(goods) == before
    assert "3 rows deleted from goods" in result.stderr
    assert "2 rows stay" in result.stderr
    run = runs.newest(1)[0]
    assert (run.kind, run.name, run.state, run.rows, run.options) == (
        "undo",
        "import june.xlsx → goods",
        "succeeded",
        {"goods": {"deleted": 3}},
        {"undoes": run_id},
    )


def test_the_import_names_its_undo(goods: str, book: Book, cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["import-excel", str(book([HEADERS, *ROWS])), goods])
    assert f"Run {runs.newest(1)[0].id} · undo with: flask runs undo {runs.newest(1)[0].id}\n" in result.stderr


def test_undo_gives_json(goods: str, book: Book, load: Callable[..., int], undo: Command) -> None:
    run_id = load(book([HEADERS, *ROWS]), goods)
    answer = json.loads(undo(run_id, "--yes", "--json").stdout)
    assert answer.pop("seconds") >= 0
    assert answer == {
        "run_id": run_id + 1,
        "undoes": run_id,
        "table": "goods",
        "deleted": 3,
        "restored": 0,
        "inserted": 0,
        "kept": 0,
        "left": 2,
        "created": False,
    }


def test_without_a_terminal_it_needs_yes(goods: str, book: Book, load: Callable[..., int], undo: Command) -> None:
    run_id = load(book([HEADERS, *ROWS]), goods)
    result = undo(run_id, "--json")
    assert result.exit_code == 5
    assert f"This deletes 3 rows from goods: run {run_id}, june.xlsx → goods." in result.stderr
    assert "--yes" in result.stderr
    assert len(dump(goods)) == 5


CHANGES = {
    "a value": ("UPDATE goods SET price = 3 WHERE sku = 'A1'", "1 of its 3 rows was changed since. sku: A1"),
    "a letter's case": (
        "UPDATE goods SET title = 'É É ﹪' WHERE sku = '71053'",
        "1 of its 3 rows was changed since. sku: 71053",
    ),
    "the key's case": ("UPDATE goods SET sku = 'B2' WHERE sku = 'b2'", " sku: b2"),
    "a space behind": ("UPDATE goods SET title = '钉子 🔩 ' WHERE sku = 'A1'", "1 of its 3 rows was changed since"),
    "to NULL": (
        "UPDATE goods SET made = NULL WHERE made IS NOT NULL",
        "2 of its 3 rows were changed since. sku: A1; 71053",
    ),
    "from NULL": (
        "UPDATE goods SET made = '2024-01-01' WHERE sku = 'b2'",
        "1 of its 3 rows was changed since. sku: b2",
    ),
    "a default's place": ("UPDATE goods SET stock = 8 WHERE sku = 'b2'", "1 of its 3 rows was changed since. sku: b2"),
    "a time": (
        "UPDATE goods SET seen = '2024-06-10 12:30:02' WHERE sku = 'A1'",
        "1 of its 3 rows was changed since. sku: A1",
    ),
    "deleted": ("DELETE FROM goods WHERE sku = 'A1'", "1 of its 3 rows is no longer in goods. sku: A1"),
    "all deleted": (
        "DELETE FROM goods WHERE sku <> 'OLD'",
        "3 of its 3 rows are no longer in goods. sku: A1; b2; 71053",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_rows_changed_since_are_counted_and_named_and_nothing_is_deleted(
    case: str, goods: str, book: Book, load: Callable[..., int], undo: Command
) -> None:
    run_id = load(book([HEADERS, *ROWS]), goods)
    statement, words = CHANGES[case]
    sql(statement)
    refused(undo, run_id, words)
    run = runs.newest(1)[0]
    assert (run.kind, run.state, run.rows) == ("undo", "failed", {})
    assert "sku" not in (run.error or "")


def test_a_row_that_was_filled_since_is_kept(goods: str, book: Book, load: Callable[..., int], undo: Command) -> None:
    run_id = load(book([["sku", "title"], ["A", "a"]]), goods)
    sql("UPDATE goods SET price = 3 WHERE sku = 'A'")
    there = dump(goods)
    result = undo(run_id)
    assert result.exit_code == 5, result.stderr
    assert "1 of its 1 row was changed since. sku: A" in result.stderr
    assert dump(goods) == there


def test_blanks_that_took_the_time_as_their_default_are_undone(
    goods: str, book: Book, load: Callable[..., int], undo: Command
) -> None:
    before = dump(goods)
    run_id = load(book([["sku", "title", "born"], ["A", "a", None], ["B", "b", "2024-06-10 00:00:00"]]), goods)
    undone(undo, run_id)
    assert dump(goods) == before


def test_undo_is_done_once(goods: str, book: Book, load: Callable[..., int], undo: Command) -> None:
    run_id = load(book([HEADERS, *ROWS]), goods)
    undone(undo, run_id)
    refused(undo, run_id, f"Run {run_id} is undone already: run {run_id + 1}, ")
    refused(undo, run_id + 1, "flask import-excel")


def test_import_undo_import_undo(goods: str, book: Book, load: Callable[..., int], undo: Command) -> None:
    before = dump(goods)
    path = book([HEADERS, *ROWS])
    for _ in range(2):
        undone(undo, load(path, goods))
        assert dump(goods) == before


def test_two_imports_are_undone_in_any_order(goods: str, book: Book, load: Callable[..., int], undo: Command) -> None:
    before = dump(goods)
    first = load(book([["sku", "title"], ["A", "a"]], "first.xlsx"), goods)
    second = load(book([["sku", "title"], ["B", "b"]], "second.xlsx"), goods)
    undone(undo, first)
    assert "B" in {row[0] for row in dump(goods)}
    undone(undo, second)
    assert dump(goods) == before


def test_several_files_are_undone_together(goods: str, book: Book, load: Callable[..., int], undo: Command) -> None:
    before = dump(goods)
    first = book([["sku", "title"], ["A", "a"]], "first.xlsx")
    second = book([["title", "price", "sku"], ["b", 1, "B"], ["c", 2, "C"]], "second.xlsx")
    run_id = load(first, second, goods)
    sql("UPDATE goods SET title = 'z' WHERE sku = 'A'")
    refused(undo, run_id, "1 of its 1 row of first.xlsx was changed since. sku: A")
    sql("UPDATE goods SET title = 'a' WHERE sku = 'A'")
    undone(undo, run_id)
    assert dump(goods) == before


def test_case_of_a_key_that_the_database_ignores(
    backend: str, app: Flask, book: Book, load: Callable[..., int], undo: Command
) -> None:
    kind = "TEXT COLLATE NOCASE" if backend == "sqlite" else "VARCHAR(20)"
    sql(f"CREATE TABLE things (name {kind} NOT NULL, n INT, UNIQUE (name))", "INSERT INTO things VALUES ('Straße', 1)")
    before = dump("things")
    run_id = load(book([["name", "n"], ["ABC", 1], ["Éa", 2]]), "things")
    sql("UPDATE things SET name = 'abc' WHERE name = 'ABC'")
    refused(undo, run_id, "1 of its 2 rows was changed since. name: ABC")
    sql("UPDATE things SET name = 'ABC' WHERE name = 'abc'")
    undone(undo, run_id)
    assert dump("things") == before


def test_keys_of_several_columns(app: Flask, book: Book, load: Callable[..., int], undo: Command) -> None:
    sql(
        "CREATE TABLE things (shop VARCHAR(5), day DATE, n DECIMAL(20,6), PRIMARY KEY (shop, day))",
        "INSERT INTO things VALUES ('a', '2024-01-03', 1), ('c', '2024-01-01', 2)",
    )
    before = dump("things")
    rows = [["a", date(2024, 1, 1), 1], ["a", date(2024, 1, 2), 2.000001], ["b", date(2024, 1, 1), None]]
    run_id = load(book([["day", "shop", "n"], *([day, shop, n] for shop, day, n in rows)]), "things")
    sql("UPDATE things SET n = 2.000002 WHERE shop = 'a' AND day = '2024-01-02'")
    refused(undo, run_id, "1 of its 3 rows was changed since. shop, day: a, 2024-01-02")
    sql("UPDATE things SET n = 2.000001 WHERE shop = 'a' AND day = '2024-01-02'")
    undone(undo, run_id)
    assert dump("things") == before


def test_odd_names_of_table_and_columns(
    backend: str, app: Flask, book: Book, load: Callable[..., int], undo: Command
) -> None:
    quote = '"' if backend == "sqlite" else "`"
    name = f"{quote}50% {{x}} 商品{quote}"
    key, value = f"{quote}%s {{0}} key{quote}", f"{quote}select{quote}"
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TABLE {name} ({key} VARCHAR(9) PRIMARY KEY, {value} INT NOT NULL DEFAULT 5)".replace("%", "%%")
            if backend == "mysql"
            else f"CREATE TABLE {name} ({key} VARCHAR(9) PRIMARY KEY, {value} INT NOT NULL DEFAULT 5)"
        )
    run_id = load(book([["%s {0} key", "select"], ["a", 1], ["b", None]]), "50% {x} 商品")
    result = undone(undo, run_id)
    assert "stay" not in result.stderr


KINDS = {
    "sqlite": "a REAL, b BLOB, c JSON, d TEXT, e DECIMAL(10,5), f NUMERIC, g DATETIME",
    "mysql": "a FLOAT, b VARBINARY(9), c JSON, d LONGTEXT, e DECIMAL(10,5), f ENUM('小','大'), g TIMESTAMP(3) NULL,"
    " h CHAR(5), i TINYINT UNSIGNED ZEROFILL, j YEAR, k FLOAT(7,2), l BINARY(4), m VARCHAR(9) CHARACTER SET latin1",
}
VALUES = {"a": 0.25, "b": "AQID", "c": '{"b": [1,  2]}', "d": "长" * 5000, "e": 1.5, "g": "2024-06-10 01:02:03.5"}
MORE = {
    "sqlite": {"f": 12345.678},
    "mysql": {"f": "大", "h": "ab", "i": 7, "j": 2024, "k": 1234.25, "l": "AQIDBA==", "m": "é"},
}


def test_every_kind_of_column_is_compared_as_it_is_stored(
    backend: str, app: Flask, book: Book, load: Callable[..., int], undo: Command
) -> None:
    sql(f"CREATE TABLE things (id INT PRIMARY KEY, {KINDS[backend]})", "INSERT INTO things (id) VALUES (0)")
    before = dump("things")
    values = VALUES | MORE[backend]
    path = book([["id", *values], [1, *values.values()], [2, *(None for _ in values)]])
    run_id = load(path, "things", "--binary", "base64")
    undone(undo, run_id)
    assert dump("things") == before


def test_replay_takes_the_options_of_the_import(
    goods: str, load: Callable[..., int], undo: Command, tmp_path: Path
) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["nothing here"])
    sheet = workbook.create_sheet("二")
    for row in (
        ["a title above", None, None, None, None, None],
        ["编号", "title", "made", "price", "stock", "备注"],
        ["A", "n/a but long", "07/08/2024", "1,234.567", "-", "x"],
        ["hidden", "h", "07/08/2024", 1, 1, "x"],
        ["B", "b", "09/08/2024", 2, 2, "x"],
        ["C", "beyond the limit", "09/08/2024", 2, 2, "x"],
    ):
        sheet.append(row)
    sheet.row_dimensions[4].hidden = True
    workbook.save(tmp_path / "odd.xlsx")
    before = dump(goods)
    options = "--sheet 2 --header-row 2 --map 编号=sku --map 备注= --date-order DMY --thousands , --round --null -"
    run_id = load(tmp_path / "odd.xlsx", goods, *options.split(), "--skip-hidden", "--limit", 2)
    assert {row[0] for row in dump(goods)} == {"OLD", "old2", "A", "B"}
    undone(undo, run_id)
    assert dump(goods) == before


def test_undo_reads_the_kept_file_and_not_the_operators(
    goods: str, book: Book, load: Callable[..., int], undo: Command
) -> None:
    before = dump(goods)
    run_id = load(book([HEADERS, *ROWS]), goods)
    book([["sku", "title"], ["Z", "z"]]).chmod(0o644)
    undone(undo, run_id)
    assert dump(goods) == before


def test_table_without_a_key_among_the_columns_is_said_beforehand(
    backend: str, app: Flask, book: Book, cli: FlaskCliRunner, undo: Command
) -> None:
    numbered = "AUTO_INCREMENT" * (backend == "mysql")
    sql(f"CREATE TABLE things (id INTEGER PRIMARY KEY {numbered}, n INT, m INT UNIQUE)")
    result = cli.invoke(args=["import-excel", str(book([["n"], [1]])), "things"])
    run_id = runs.newest(1)[0].id
    assert f"Run {run_id} cannot be undone: things has no key among the imported columns.\n" in result.stderr
    assert not list(kept_files.folder().iterdir()), "nothing is kept in vain"
    refused(undo, run_id, "cannot be undone")


def test_blank_keys_are_said_beforehand(app: Flask, book: Book, cli: FlaskCliRunner) -> None:
    sql("CREATE TABLE things (n INT, m INT UNIQUE)")
    result = cli.invoke(args=["import-excel", "--json", str(book([["n", "m"], [1, 1], [2, None]])), "things"])
    assert "cannot be undone: the key " in result.stderr
    assert json.loads(result.stdout)["cannot_undo"].endswith("of things is blank in some rows")


def test_table_made_by_the_import_is_emptied_and_stays(
    app: Flask, book: Book, load: Callable[..., int], undo: Command
) -> None:
    rows = [["a", 1, date(2024, 6, 10)], ["a", 1, date(2024, 6, 10)], ["A", None, None]]
    run_id = load(book([["name", "n", "day"], *rows]), "things", "--create", "--yes")
    sql("UPDATE things SET name = 'a' WHERE name = 'A' AND n IS NULL")
    refused(
        undo,
        run_id,
        "1 of its 3 rows is no longer in things and things has 1 row that it did not bring, or not like that",
    )
    sql("UPDATE things SET name = 'A' WHERE n IS NULL", "INSERT INTO things (name, n) VALUES ('a', 1)")
    refused(undo, run_id, "cannot be undone: things has 1 row that it did not bring")
    sql("DELETE FROM things WHERE day IS NULL AND n IS NOT NULL")
    result = undone(undo, run_id)
    assert f"The table things, which run {run_id} made, stays, empty" in result.stderr
    assert dump("things") == []


@pytest.mark.parametrize("action", ["RESTRICT", "CASCADE", "SET NULL"])
def test_rows_that_others_point_to_stay(
    action: str, goods: str, book: Book, load: Callable[..., int], undo: Command
) -> None:
    sql(
        "CREATE TABLE parts (id INT PRIMARY KEY, sku VARCHAR(10),"
        f" CONSTRAINT parts_of FOREIGN KEY (sku) REFERENCES goods (sku) ON DELETE {action})",
        "INSERT INTO parts VALUES (1, 'OLD'), (2, NULL)",
    )
    before = dump(goods)
    run_id = load(book([HEADERS, *ROWS]), goods)
    sql("INSERT INTO parts VALUES (3, 'A1'), (4, 'b2')")
    refused(undo, run_id, "2 rows of parts point to its rows by sku")
    sql("DELETE FROM parts WHERE id > 2")
    undone(undo, run_id)
    assert dump(goods) == before
    assert len(dump("parts")) == 2


@pytest.mark.parametrize("action", ["RESTRICT", "CASCADE", "SET NULL"])
def test_rows_that_point_to_rows_of_their_own_table(
    action: str, app: Flask, book: Book, load: Callable[..., int], undo: Command
) -> None:
    sql(
        "CREATE TABLE people (id INT PRIMARY KEY, boss INT,"
        f" CONSTRAINT bosses FOREIGN KEY (boss) REFERENCES people (id) ON DELETE {action})",
        "INSERT INTO people VALUES (100, NULL)",
    )
    before = dump("people")
    rows = [[1, 100], [2, 1], [3, 2], [4, 1], [6, None]]
    rows += [[5, 5]] * (action != "RESTRICT")  # which MariaDB would not even delete by hand
    run_id = load(book([["id", "boss"], *rows]), "people")
    sql("INSERT INTO people VALUES (101, 3)")
    refused(undo, run_id, "1 row of people points to its rows by boss")
    sql("UPDATE people SET boss = 100 WHERE id = 101")
    undone(undo, run_id)
    assert dump("people") == [*before, (101, 100)]


TRIGGERS = {
    "sqlite": "CREATE TRIGGER no BEFORE DELETE ON goods BEGIN SELECT RAISE(ABORT, 'not today'); END",
    "mysql": "CREATE TRIGGER no BEFORE DELETE ON goods FOR EACH ROW"
    " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'",
}


def test_refusal_of_the_database_is_told_in_its_words(
    backend: str, goods: str, book: Book, load: Callable[..., int], undo: Command
) -> None:
    run_id = load(book([HEADERS, *ROWS]), goods)
    sql(TRIGGERS[backend])
    refused(undo, run_id, "the database keeps its rows:\n  not today")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # MariaDB's triggers cannot write to their own table
def test_trigger_that_deletes_more_is_caught(goods: str, book: Book, load: Callable[..., int], undo: Command) -> None:
    run_id = load(book([HEADERS, *ROWS]), goods)
    sql("CREATE TRIGGER more AFTER DELETE ON goods BEGIN DELETE FROM goods WHERE sku = 'OLD'; END")
    refused(undo, run_id, "goods would lose 4 rows instead of 3", 3)


def test_columns_changed_since_are_no_reason_for_a_traceback(
    backend: str, goods: str, book: Book, load: Callable[..., int], undo: Command
) -> None:
    run_id = load(book([["sku", "title", "weight"], ["A", "a", 1.5]]), goods)
    if backend == "mysql":
        sql("ALTER TABLE goods MODIFY weight INT")
        refused(undo, run_id, "its sheets no longer become the rows that they were")
    sql("ALTER TABLE goods DROP COLUMN weight")
    refused(undo, run_id, "goods has lost columns that it filled: weight")
    sql("DROP TABLE goods")
    refused(undo, run_id, 'no table "goods"', 1)


def test_file_no_longer_kept(goods: str, book: Book, load: Callable[..., int], undo: Command, app: Flask) -> None:
    run_id = load(book([HEADERS, *ROWS]), goods)
    (kept,) = kept_files.folder().iterdir()
    kept.unlink()
    refused(undo, run_id, "june.xlsx was not kept, or was deleted from")
    app.config["KEEP_FILES_DAYS"] = 0
    refused(undo, run_id, "june.xlsx is no longer kept since")


def test_file_that_is_not_what_was_imported(goods: str, book: Book, load: Callable[..., int], undo: Command) -> None:
    run_id = load(book([HEADERS, *ROWS]), goods)
    (kept,) = kept_files.folder().iterdir()
    kept.write_bytes(b"something else")
    refused(undo, run_id, "is not june.xlsx as it was imported")


def test_dry_run_and_empty_import_have_nothing_to_undo(
    goods: str, book: Book, cli: FlaskCliRunner, load: Callable[..., int], undo: Command
) -> None:
    cli.invoke(args=["import-excel", str(book([HEADERS, *ROWS])), goods, "--dry-run"])
    assert not kept_files.folder().exists()
    refused(undo, runs.newest(1)[0].id, "was a dry run", 1)
    result = cli.invoke(args=["import-excel", str(book([HEADERS])), goods])
    assert "see it with" in result.stderr
    refused(undo, runs.newest(1)[0].id, "changed nothing", 1)


def test_failed_import_keeps_no_file(goods: str, book: Book, cli: FlaskCliRunner, undo: Command) -> None:
    result = cli.invoke(args=["import-excel", str(book([["sku", "title"], ["OLD", "x"]])), goods])
    assert result.exit_code == 3
    assert not list(kept_files.folder().iterdir())
    refused(undo, runs.newest(1)[0].id, "is failed; only what has succeeded", 1)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("script", "a script's run keeps counts, not the values that were there before"),
        ("user", "flask users"),
        ("initdb", "backup"),
        ("undo", "flask import-excel"),
        ("new", "flask script new"),
    ],
)
def test_other_kinds_say_why_and_what_to_do(app: Flask, kind: str, words: str, undo: Command) -> None:
    with runs.recorded(kind, "x", {}) as run:
        run.rows = {"goods": {"updated": 3}}
    refused(undo, run.id, words)


@pytest.mark.parametrize("state", [state for state in MOVES if state != "succeeded"])
def test_import_that_has_not_succeeded(state: str, goods: str, undo: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(id=7, kind="import", name="x", state=state, dry_run=False, rows={"goods": {"inserted": 1}}, options={})
    monkeypatch.setattr(runs, "get", lambda _id: run)
    refused(undo, 7, f"Run 7 is {state}; only what has succeeded can be undone", 1)


def test_import_from_before_sheets_were_recorded(goods: str, undo: Command) -> None:
    with runs.recorded("import", "june.xlsx → goods", {}) as run:
        run.rows = {"goods": {"inserted": 1}}
    refused(undo, run.id, "from before the ledger kept how a sheet was read")


def test_unknown_run(app: Flask, undo: Command) -> None:
    refused(undo, 999, "There is no run 999", 1)


def test_kept_file_is_private_and_found_by_its_hash(goods: str, book: Book, load: Callable[..., int]) -> None:
    path = book([HEADERS, *ROWS])
    run = runs.get(load(path, goods))
    (kept,) = kept_files.folder().iterdir()
    assert kept.read_bytes() == path.read_bytes()
    assert kept.name == run.options["sheets"][0]["sha256"]
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert kept.stat().st_ino != path.stat().st_ino, "the operator may write into the file"


def test_old_files_go_at_the_next_import(goods: str, book: Book, load: Callable[..., int], undo: Command) -> None:
    first = load(book([["sku", "title"], ["A", "a"]]), goods)
    (old,) = kept_files.folder().iterdir()
    then = (datetime.now() - timedelta(days=30, minutes=1)).timestamp()
    os.utime(old, (then, then))
    load(book([["sku", "title"], ["B", "b"]]), goods)
    assert old not in kept_files.folder().iterdir()
    refused(undo, first, "not kept")


def test_zero_days_keep_nothing(app: Flask, goods: str, book: Book, cli: FlaskCliRunner) -> None:
    app.config["KEEP_FILES_DAYS"] = 0
    result = cli.invoke(args=["import-excel", str(book([HEADERS, *ROWS])), goods])
    assert result.exit_code == 0
    assert "cannot be undone: KEEP_FILES_DAYS is 0: its file is not kept." in result.stderr
    assert not kept_files.folder().exists()


def test_file_that_cannot_be_kept_does_not_break_the_import_off(
    goods: str, book: Book, cli: FlaskCliRunner, app: Flask
) -> None:
    kept_files.folder().parent.mkdir(parents=True, exist_ok=True)
    kept_files.folder().write_text("in the way")
    result = cli.invoke(args=["import-excel", str(book([HEADERS, *ROWS])), goods])
    assert result.exit_code == 0, result.stderr
    assert "cannot be undone: its file could not be kept (File exists)." in result.stderr
