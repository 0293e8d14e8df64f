"""`flask runs undo` of imports that updated, left, replaced or left out rows: the table is what it was."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.extensions import db
from app.models import BeforeImage
from app.services import runs
from tests.importing import Book, Importer, rows_of, sql

Undo = Callable[..., Result]
HEADERS = ["k", "a", "b"]
BEFORE = [(1, "one", 1), (2, "two", 2), (3, "three", None)]
SHEET = [HEADERS, [1, "one", 1], [2, "zwei", 2], [4, "four", None]]


@pytest.fixture
def undo(cli: FlaskCliRunner) -> Undo:
    """Run `flask runs undo` on the newest run."""

    def run(*args: str) -> Result:
        return cli.invoke(args=["runs", "undo", str(runs.newest(1)[0].id), "--yes", *args])

    return run


@pytest.fixture
def table(app: Flask) -> str:
    """Make a table of three rows."""
    sql("CREATE TABLE t (k INT PRIMARY KEY, a VARCHAR(10), b INT)", *map(_insert, BEFORE))
    return "t"


def _insert(row: tuple[Any, ...]) -> str:
    return f"INSERT INTO t VALUES ({', '.join('NULL' if value is None else repr(value) for value in row)})"


@pytest.mark.parametrize("mode", ["upsert", "skip", "replace"])
def test_undo_gives_the_table_back(mode: str, table: str, book: Book, import_excel: Importer, undo: Undo) -> None:
    done = import_excel(book(SHEET), table, "--mode", mode, "--yes")
    assert done.exit_code == 0, done.stderr
    assert "undo with: flask runs undo" in done.stderr
    undone = undo("--json")
    assert undone.exit_code == 0, undone.stderr
    assert rows_of(table) == BEFORE
    changed = {"upsert": (1, 1, 0), "skip": (1, 0, 0), "replace": (1, 1, 1)}[mode]
    told = json.loads(undone.stdout)
    assert (told["deleted"], told["restored"], told["inserted"], told["kept"]) == (*changed, 0)
    again = import_excel(book(SHEET), table, "--mode", mode, "--yes")
    assert again.exit_code == 0, again.stderr


def test_rows_left_out_are_not_missed(table: str, book: Book, import_excel: Importer, undo: Undo) -> None:
    sheet = [HEADERS, [1, "exists", 1], [5, "good", 5], [6, "bad", "?"]]
    done = import_excel(book(sheet), table, "--on-error", "skip")
    assert done.exit_code == 0, done.stderr
    assert len(rows_of(table)) == 4
    assert undo().exit_code == 0
    assert rows_of(table) == BEFORE


CHANGES = {
    "an updated row": ("UPDATE t SET a = 'x' WHERE k = 2", {1: "one", 2: "x", 3: "three"}),
    "an inserted row": ("UPDATE t SET a = 'x' WHERE k = 4", {1: "one", 2: "two", 3: "three", 4: "x"}),
    "an updated row that is gone": ("DELETE FROM t WHERE k = 2", {1: "one", 3: "three"}),
    "a deleted row that is there again": ("INSERT INTO t VALUES (3, 'x', 0)", {1: "one", 2: "two", 3: "x"}),
}


@pytest.mark.parametrize("case", CHANGES)
def test_rows_changed_since_are_kept_and_named(
    case: str, table: str, book: Book, import_excel: Importer, undo: Undo
) -> None:
    statement, expected = CHANGES[case]
    assert import_excel(book(SHEET), table, "--mode", "replace", "--yes").exit_code == 0
    run_id = runs.newest(1)[0].id
    sql(statement)
    there = rows_of(table)
    refused = undo()
    assert refused.exit_code == 5, refused.stderr
    assert "--keep-changed" in refused.stderr
    assert rows_of(table) == there
    result = undo_of(run_id, undo)
    assert result.exit_code == 0, result.stderr
    assert {key: a for key, a, _ in rows_of(table)} == expected
    assert "1 row of it, changed or gone since, is as before." in result.stderr


def undo_of(run_id: int, undo: Undo) -> Result:
    """Undo a run that is no longer the newest, keeping what was changed."""
    from flask import current_app

    return current_app.test_cli_runner().invoke(args=["runs", "undo", str(run_id), "--yes", "--keep-changed"])


# What the sheet does not fill, what is done to it, and whether that is a change of an inserted row.
UNFILLED = {
    "a default": ("status VARCHAR(9) DEFAULT 'new'", "UPDATE t SET status = 'paid' WHERE k = 1", True),
    "a NULL": ("status VARCHAR(9)", "UPDATE t SET status = 'paid' WHERE k = 1", True),
    "nothing": ("status VARCHAR(9) NOT NULL DEFAULT '50%', n DECIMAL(8,2) DEFAULT 0, r FLOAT DEFAULT 0.1", "", False),
    "a new column": ("b INT", "ALTER TABLE t ADD COLUMN c INT DEFAULT 7", False),
    "the time": ("at TIMESTAMP DEFAULT CURRENT_TIMESTAMP", "UPDATE t SET at = '2020-01-01 00:00:00'", False),
}


@pytest.mark.parametrize("case", UNFILLED)
def test_inserted_rows_that_were_filled_since_are_kept(
    case: str, app: Flask, book: Book, import_excel: Importer, undo: Undo
) -> None:
    column, statement, is_changed = UNFILLED[case]
    sql(f"CREATE TABLE t (k INT PRIMARY KEY, a INT, {column})", "INSERT INTO t (k, a) VALUES (2, 2)")
    if is_changed:
        sql("UPDATE t SET status = 'old'")
    before = rows_of("t", "k, a")
    assert import_excel(book([["k", "a"], [1, 1], [2, 9]]), "t", "--mode", "upsert").exit_code == 0
    run_id = runs.newest(1)[0].id
    if statement:
        sql(statement)
    result = undo()
    if is_changed:
        assert result.exit_code == 5, result.stderr
        assert "1 of its 1 row was changed since. k: 1" in result.stderr
        result = undo_of(run_id, undo)
        assert rows_of("t", "k, a, status") == [(1, 1, "paid"), (2, 2, "old")]
    else:
        assert rows_of("t", "k, a") == before
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_what_triggers_fill_is_no_change(table: str, book: Book, import_excel: Importer, undo: Undo) -> None:
    sql("CREATE TRIGGER fills BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 5")
    assert import_excel(book([["k", "a"], [9, "x"]]), table).exit_code == 0
    result = undo()
    assert result.exit_code == 0, result.stderr
    assert rows_of(table) == BEFORE


def test_unchanged_rows_are_nobodys_business(table: str, book: Book, import_excel: Importer, undo: Undo) -> None:
    assert import_excel(book(SHEET), table, "--mode", "upsert").exit_code == 0
    sql("UPDATE t SET a = 'since' WHERE k = 1")
    assert undo().exit_code == 0
    assert rows_of(table)[0] == (1, "since", 1)


def test_images_that_are_gone_are_told(table: str, book: Book, import_excel: Importer, undo: Undo) -> None:
    assert import_excel(book(SHEET), table, "--mode", "upsert").exit_code == 0
    sql("DELETE FROM before_images")
    refused = undo()
    assert refused.exit_code == 5
    assert "the rows that it changed are no longer kept as they were" in refused.stderr


def test_images_go_with_their_age(table: str, book: Book, import_excel: Importer) -> None:
    assert import_excel(book(SHEET), table, "--mode", "upsert").exit_code == 0
    sql("UPDATE runs SET started_at = '2001-01-01 00:00:00'")
    assert import_excel(book([HEADERS, [9, "x", 9]]), table).exit_code == 0
    with db.engine.connect() as connection:
        assert connection.execute(db.select(BeforeImage)).all() == []


def test_dry_run_keeps_nothing(table: str, book: Book, import_excel: Importer) -> None:
    assert import_excel(book(SHEET), table, "--mode", "replace", "--dry-run").exit_code == 0
    assert (rows_of("before_images"), rows_of("imported_sheets")) == ([], [])


KINDS = (
    "k INT PRIMARY KEY, v VARCHAR(10), f FLOAT, d DOUBLE, n DECIMAL(20,5), at DATETIME, day DATE, raw BLOB, s CHAR(5)"
)


@pytest.mark.parametrize("mode", ["upsert", "replace"])
def test_values_of_every_kind_come_back(mode: str, app: Flask, book: Book, import_excel: Importer, undo: Undo) -> None:
    sql(
        f"CREATE TABLE kinds ({KINDS})",
        "INSERT INTO kinds VALUES (1, 'tab\t\\ é🔩', 0.1, 0.1, 123456789012345.12345, '2024-06-10 12:00:01',"
        " '2024-06-10', X'00FF27', 'x'), (2, NULL, 1e30, 1e300, NULL, NULL, NULL, NULL, ''),"
        " (3, '', 16777217, 0.30000000000000004, -0.00001, '1000-01-01 00:00:00', '9999-12-31', X'', NULL)",
    )
    before = rows_of("kinds")
    path = book([["k", "v", "f", "d", "n", "at", "day", "raw", "s"], [1], [2, "x", 1, 1, 1], [7]])
    done = import_excel(path, "kinds", "--mode", mode, "--yes", "--binary", "base64")
    assert done.exit_code == 0, done.stderr
    assert rows_of("kinds") != before
    result = undo()
    assert result.exit_code == 0, result.stderr
    assert rows_of("kinds") == before


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
@pytest.mark.parametrize(
    "column",
    [
        "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
        "DATETIME(3) NULL ON UPDATE CURRENT_TIMESTAMP(3)",
    ],
)
def test_times_of_update_come_back(column: str, app: Flask, book: Book, import_excel: Importer, undo: Undo) -> None:
    sql(f"CREATE TABLE t (k INT PRIMARY KEY, a INT, at {column})", "INSERT INTO t VALUES (1, 1, '2020-01-01 00:00:00')")
    before = rows_of("t")
    assert import_excel(book([["k", "a"], [1, 2], [2, 2]]), "t", "--mode", "upsert").exit_code == 0
    assert rows_of("t")[0] != before[0]
    result = undo()
    assert result.exit_code == 0, result.stderr
    assert rows_of("t") == before


def test_rows_larger_together_than_a_packet_come_back(
    app: Flask, book: Book, import_excel: Importer, undo: Undo
) -> None:
    """MariaDB takes packets of 16 MiB."""
    sql(f"CREATE TABLE t (k INT PRIMARY KEY, a {'LONGTEXT' if db.engine.dialect.name != 'sqlite' else 'TEXT'})")
    rows = [{"k": k, "a": random.Random(k).randbytes(300_000).hex()} for k in range(60)]
    with db.engine.begin() as connection:
        connection.execute(db.text("INSERT INTO t VALUES (:k, :a)"), rows)
    before = rows_of("t")
    result = import_excel(book([["k", "a"], *([k, "x"] for k in range(60))]), "t", "--mode", "upsert")
    assert result.exit_code == 0, result.stderr
    assert undo().exit_code == 0
    assert rows_of("t") == before


@pytest.mark.parametrize("options", [(), ("--keep-changed",)])
def test_updated_rows_that_point_to_inserted_ones_come_back(
    options: tuple[str, ...], app: Flask, book: Book, import_excel: Importer, undo: Undo
) -> None:
    sql(
        "CREATE TABLE tree (id INT PRIMARY KEY, parent INT, name VARCHAR(9),"
        " CONSTRAINT tree_parent FOREIGN KEY (parent) REFERENCES tree (id))",
        "INSERT INTO tree VALUES (2, NULL, 'two'), (3, NULL, 'three')",
    )
    before = rows_of("tree")
    sheet = book([["id", "parent"], [1, None], [2, 1], [4, 2], [5, None]])
    assert import_excel(sheet, "tree", "--mode", "upsert").exit_code == 0
    if options:
        sql("UPDATE tree SET parent = 3 WHERE id = 5")
        before.append((5, 3, None))
    result = undo(*options)
    assert result.exit_code == 0, result.stderr
    assert rows_of("tree") == before


def test_deleted_rows_without_the_key_come_back(app: Flask, book: Book, import_excel: Importer, undo: Undo) -> None:
    sql("CREATE TABLE t (id INT PRIMARY KEY DEFAULT 7, k INT, a INT, UNIQUE (k))", *_rows_without_k(3))
    before = rows_of("t")
    done = import_excel(book([["k", "a"], [1, 5], [2, 2]]), "t", "--mode", "replace", "--yes")
    assert done.exit_code == 0, done.stderr
    result = undo()
    assert result.exit_code == 0, result.stderr
    assert rows_of("t") == before


def test_deleted_rows_without_any_key_are_told(app: Flask, book: Book, import_excel: Importer, undo: Undo) -> None:
    sql("CREATE TABLE t (id INT, k INT, a INT, UNIQUE (k))", *_rows_without_k(2))
    done = import_excel(book([["k", "a"], [1, 5]]), "t", "--mode", "replace", "--yes")
    assert done.exit_code == 0, done.stderr
    assert "cannot be undone: of the rows that it deleted some had no k" in done.stderr
    assert undo().exit_code == 5


def _rows_without_k(rows: int) -> list[str]:
    """Return INSERTs of a row with a key, and of others without."""
    return [f"INSERT INTO t VALUES ({number}, {'NULL' if number else 1}, 0)" for number in range(rows)]


VALUES = st.tuples(st.sampled_from([None, "x", "y", "é"]), st.integers(0, 2))
ROWS = st.dictionaries(st.integers(0, 6), VALUES, min_size=1)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    there=ROWS,
    sheets=st.lists(ROWS, min_size=1, max_size=2),
    mode=st.sampled_from(["insert", "upsert", "skip", "replace"]),
)
def test_undo_of_what_was_done_is_nothing_done(
    there: dict[int, Any],
    sheets: list[dict[int, Any]],
    mode: str,
    app: Flask,
    book: Book,
    import_excel: Importer,
    undo: Undo,
) -> None:
    sql("DROP TABLE IF EXISTS t", "CREATE TABLE t (k INT PRIMARY KEY, a VARCHAR(5), b INT)")
    sql(*(_insert((key, *values)) for key, values in there.items()))
    before = rows_of("t")
    paths = [
        book([HEADERS, *([key, *values] for key, values in sheet.items())], f"{number}.xlsx")
        for number, sheet in enumerate(sheets)
    ]
    done = import_excel(*paths, "t", "--mode", mode, "--yes", "--again", "--on-error", "skip")
    if done.exit_code == 0 and "undo with" in done.stderr:
        result = undo()
        assert result.exit_code == 0, result.stderr
    assert rows_of("t") == before
