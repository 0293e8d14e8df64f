"""`flask import-excel --mode`, `--key`, `--on-error` and `--rejects`, end to end on both databases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services import runs
from tests.importing import Book, Importer, rows_of, sql

MODES = ("insert", "upsert", "skip", "replace")
HEADERS = ["sku", "title", "price"]
COLUMNS = "sku, title, price, stock"


@pytest.fixture
def goods(app: Flask) -> str:
    """Make a table of three rows, with a second unique key, a foreign key and a CHECK."""
    sql(
        "CREATE TABLE makers (name VARCHAR(20) PRIMARY KEY)",
        "INSERT INTO makers VALUES ('Acme'), ('华为')",
        "CREATE TABLE goods (sku VARCHAR(10) NOT NULL PRIMARY KEY, title VARCHAR(20) NOT NULL, price DECIMAL(8,2),"
        " stock INT NOT NULL DEFAULT 7, maker VARCHAR(20), code INT UNIQUE,"
        " CONSTRAINT price_is_positive CHECK (price >= 0),"
        " CONSTRAINT goods_maker FOREIGN KEY (maker) REFERENCES makers (name))",
        "INSERT INTO goods (sku, title, price, stock, code) VALUES"
        " ('A', 'one', 1, 1, 1), ('B', 'two', 2, 2, 2), ('C', 'three', 3, 3, 3)",
    )
    return "goods"


SHEET = [HEADERS, ["A", "one", 1], ["B", "zwei", 2], ["D", "four", None]]
# What each mode makes of the three rows and the sheet, and what it says of it.
OUTCOMES: dict[str, tuple[list[tuple[Any, ...]], dict[str, int]]] = {
    "upsert": (
        [("A", "one", 1, 1), ("B", "zwei", 2, 2), ("C", "three", 3, 3), ("D", "four", None, 7)],
        {"inserted": 1, "updated": 1, "unchanged": 1},
    ),
    "skip": (
        [("A", "one", 1, 1), ("B", "two", 2, 2), ("C", "three", 3, 3), ("D", "four", None, 7)],
        {"inserted": 1, "skipped": 2},
    ),
    "replace": (
        [("A", "one", 1, 1), ("B", "zwei", 2, 2), ("D", "four", None, 7)],
        {"inserted": 1, "updated": 1, "unchanged": 1, "deleted": 1},
    ),
}


def told(result: Any) -> dict[str, Any]:
    """Return what a command printed as JSON."""
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("mode", OUTCOMES)
def test_mode_does_what_it_says_and_its_dry_run_says_the_same(
    mode: str, goods: str, book: Book, import_excel: Importer
) -> None:
    before = rows_of(goods)
    tried = import_excel(book(SHEET), goods, "--mode", mode, "--dry-run", "--json")
    assert tried.exit_code == 0, tried.stderr
    assert rows_of(goods) == before
    done = import_excel(book(SHEET), goods, "--mode", mode, "--yes", "--json")
    assert done.exit_code == 0, done.stderr
    rows, counts = OUTCOMES[mode]
    assert rows_of(goods, COLUMNS) == rows
    assert {what: count for what, count in told(done)["counts"].items() if count} == counts
    assert told(tried)["counts"] == told(done)["counts"]
    written = {what: counts[what] for what in ("inserted", "updated", "deleted") if what in counts}
    assert runs.newest(1)[0].rows == {goods: written}


def test_dry_run_shows_rows_before_and_after(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book(SHEET), goods, "--mode", "upsert", "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert "Would import 3 rows into goods: 1 inserted, 1 updated, 1 unchanged" in result.stderr
    assert "~ B: title: two → zwei" in result.stderr
    assert "+ D: title four, price NULL" in result.stderr


@pytest.mark.parametrize("mode", ["upsert", "replace"])
def test_the_same_again_changes_nothing(mode: str, goods: str, book: Book, import_excel: Importer) -> None:
    assert import_excel(book(SHEET), goods, "--mode", mode, "--yes").exit_code == 0
    again = import_excel(book(SHEET, "again.xlsx"), goods, "--mode", mode, "--yes", "--again", "--json")
    assert again.exit_code == 0, again.stderr
    assert {what: count for what, count in told(again)["counts"].items() if count} == {"unchanged": 3}
    assert "see it with: flask runs show" in again.stderr


def test_replace_asks_first(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book(SHEET), goods, "--mode", "replace")
    assert result.exit_code == 5
    assert "goods, which has 3 rows, may be replaced" in result.stderr
    assert "--yes" in result.stderr
    assert len(rows_of(goods)) == 3


def test_replace_keeps_rows_that_others_point_to(goods: str, book: Book, import_excel: Importer) -> None:
    sql(
        "CREATE TABLE sales (id INT PRIMARY KEY, sku VARCHAR(10),"
        " CONSTRAINT sales_sku FOREIGN KEY (sku) REFERENCES goods (sku) ON DELETE CASCADE)",
        "INSERT INTO sales VALUES (1, 'C')",
    )
    result = import_excel(book(SHEET), goods, "--mode", "replace", "--yes")
    assert result.exit_code == 5, result.stderr
    assert "1 row of sales point to rows of goods that the sheet does not have" in result.stderr
    assert (len(rows_of(goods)), len(rows_of("sales"))) == (3, 1)


# A sheet, the mode, and what is said of its cells.
VIOLATIONS: dict[str, tuple[str, list[Any], list[str]]] = {
    "blank key": ("upsert", [["sku", "title"], [None, "x"]], ["is required"]),
    "another unique key": (
        "upsert",
        [["sku", "title", "code"], ["A", "one", 3]],
        ["is already in goods", "C2", "code"],
    ),
    "foreign key": ("upsert", [["sku", "title", "maker"], ["A", "one", "Nobody"]], ["is not in makers", "C2"]),
    "CHECK": ("upsert", [HEADERS, ["A", "one", -1]], ["breaks the CHECK", "C2"]),
    "key that exists": (
        "insert",
        [HEADERS, ["A", "one", 1], ["E", "e", "?"]],
        ["is already in goods", "takes numbers"],
    ),
}


@pytest.mark.parametrize("case", VIOLATIONS)
def test_violations_are_named_by_cell(case: str, goods: str, book: Book, import_excel: Importer) -> None:
    mode, sheet, said = VIOLATIONS[case]
    before = rows_of(goods)
    tried = import_excel(book(sheet), goods, "--mode", mode, "--dry-run", "--json")
    done = import_excel(book(sheet), goods, "--mode", mode, "--json")
    assert (tried.exit_code, done.exit_code) == (3, 3), done.stderr
    assert told(tried) == told(done)
    for words in said:
        assert words in done.stderr
    assert rows_of(goods) == before


def test_rows_that_are_skipped_break_nothing(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([HEADERS, ["A", "one", -1], ["E", "e", 5]]), goods, "--mode", "skip")
    assert result.exit_code == 0, result.stderr
    assert rows_of(goods, "sku, price")[0] == ("A", 1)


BAD = [
    ["sku", "title", "price", "maker"],
    ["A", "exists", 1, None],
    ["E", "good", 5, "Acme"],
    ["F", "no number", "?", None],
    ["G", "no such maker", 1, "Nobody"],
    ["H", "good too", None, None],
]


@pytest.mark.parametrize("mode", ["insert", "upsert"])
def test_good_rows_are_loaded_and_the_others_are_in_a_workbook(
    mode: str, goods: str, book: Book, import_excel: Importer, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.xlsx"
    result = import_excel(book(BAD), goods, "--mode", mode, "--on-error", "skip", "--rejects", rejects, "--json")
    assert result.exit_code == 0, result.stderr
    assert [row[0] for row in rows_of(goods)] == ["A", "B", "C", "E", "H"]
    expected = {"F", "G"} if mode == "upsert" else {"A", "F", "G"}
    found = list(openpyxl.load_workbook(rejects).active.iter_rows(values_only=True))
    assert found[0] == ("sku", "title", "price", "maker", "_row", "_error")
    assert {row[0] for row in found[1:]} == expected
    assert told(result)["rejections"]["rejected"] == len(expected)


def test_mended_rejects_are_imported_as_they_are(
    goods: str, book: Book, import_excel: Importer, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.xlsx"
    refused = import_excel(book(BAD), goods, "--rejects", rejects)
    assert refused.exit_code == 3
    assert f"The rows are in {rejects}: mend them there and import that file," in refused.stderr
    assert "load the other 2 rows now with --on-error skip" in refused.stderr
    mended = openpyxl.load_workbook(rejects)
    sheet = mended.active
    sheet["A2"], sheet["C3"], sheet["D4"] = "I", 9, "Acme"
    mended.save(rejects)
    done = import_excel(rejects, goods)
    assert done.exit_code == 0, done.stderr
    assert [row[0] for row in rows_of(goods)] == ["A", "B", "C", "F", "G", "I"]


def test_nothing_is_written_where_all_rows_are_bad(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([HEADERS, ["A", "exists", 1]]), goods, "--on-error", "skip")
    assert result.exit_code == 3
    assert runs.newest(1)[0].state == "failed"


def test_rejects_of_all_files_are_told_at_once(goods: str, book: Book, import_excel: Importer) -> None:
    first = book([HEADERS, ["E", "e", "?"]], "first.xlsx")
    second = book([HEADERS, ["A", "exists", 1], ["E", "stands in both", 2]], "second.xlsx")
    result = import_excel(first, second, goods)
    assert result.exit_code == 3
    assert "2 of 3 rows cannot be loaded" in result.stderr
    assert "first.xlsx 订单!C2" in result.stderr
    assert "second.xlsx 订单!A2" in result.stderr


def test_rows_of_a_small_sheet_are_staged_beside_a_large_table(app: Flask, book: Book, import_excel: Importer) -> None:
    """A few rows into many must not add up the whole table."""
    numbers = ", ".join(f"({number}, 'x')" for number in range(60_000))
    sql("CREATE TABLE large (id INT PRIMARY KEY, name VARCHAR(20))", f"INSERT INTO large VALUES {numbers}")
    sql("ANALYZE TABLE large") if app.config["SQLALCHEMY_DATABASE_URI"].get_backend_name() == "mysql" else None
    result = import_excel(book([["id", "name"], [60_000, "y"], [60_001, None]]), "large")
    assert result.exit_code == 0, result.stderr
    assert "Imported 2 rows into large" in result.stderr
    refused = import_excel(book([["id", "name"], [60_002, "y"], [7, None]]), "large")
    assert refused.exit_code == 3
    assert "is already in large (key PRIMARY)    订单!A3" in refused.stderr


def test_keys_are_chosen_or_named(app: Flask, book: Book, import_excel: Importer) -> None:
    sql(
        "CREATE TABLE parts (id INTEGER PRIMARY KEY" + _numbered(app) + ", a INT, b INT, name VARCHAR(20),"
        " CONSTRAINT a_is_one UNIQUE (a), CONSTRAINT b_is_one UNIQUE (b))",
        "INSERT INTO parts (a, b, name) VALUES (1, 11, 'x')",
    )
    path = book([["a", "b", "name"], [1, 12, "y"]])
    unclear = import_excel(path, "parts", "--mode", "upsert")
    assert unclear.exit_code == 3
    assert "Name the one by which --mode upsert knows rows again: --key a" in unclear.stderr
    unknown = import_excel(path, "parts", "--mode", "upsert", "--key", "name")
    assert unknown.exit_code == 3
    assert "parts has no unique key of name" in unknown.stderr
    done = import_excel(path, "parts", "--mode", "upsert", "--key", "a")
    assert done.exit_code == 0, done.stderr
    assert rows_of("parts", "a, b, name") == [(1, 12, "y")]


def test_upsert_without_a_key_says_so(app: Flask, book: Book, import_excel: Importer) -> None:
    sql("CREATE TABLE loose (name VARCHAR(20))")
    result = import_excel(book([["name"], ["x"]]), "loose", "--mode", "upsert")
    assert result.exit_code == 3
    assert "--mode upsert needs a key of loose that the sheet fills whole" in result.stderr


def test_blanks_leave_what_the_database_chose(app: Flask, book: Book, import_excel: Importer) -> None:
    sql(
        "CREATE TABLE timed (k INT PRIMARY KEY, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,"
        " n INT NOT NULL DEFAULT 5)",
        "INSERT INTO timed VALUES (1, '2020-01-01 00:00:00', 9)",
    )
    result = import_excel(book([["k", "at", "n"], [1, None, None], [2, None, None]]), "timed", "--mode", "upsert")
    assert result.exit_code == 0, result.stderr
    first, second = rows_of("timed")
    assert (str(first[1])[:10], first[2]) == ("2020-01-01", 5)
    assert second[1] is not None
    assert second[2] == 5


@pytest.mark.parametrize("mode", ["upsert", "replace"])
def test_trigger_that_changes_values_is_caught(mode: str, goods: str, book: Book, import_excel: Importer) -> None:
    sql(TRIGGERS[_backend()])
    before = rows_of(goods)
    result = import_excel(book(SHEET), goods, "--mode", mode, "--yes")
    assert result.exit_code == 3, result.stderr
    assert "title: 1 values that are not those of the sheet" in result.stderr
    assert rows_of(goods) == before


def test_rows_of_a_sheet_may_point_to_each_other(app: Flask, book: Book, import_excel: Importer) -> None:
    sql(
        "CREATE TABLE tree (id INT PRIMARY KEY, parent INT, name VARCHAR(20),"
        " CONSTRAINT tree_parent FOREIGN KEY (parent) REFERENCES tree (id))"
    )
    rows = [[1, None, "root"], [2, 1, "leaf"], [3, 9, "lost"]]
    refused = import_excel(book([["id", "parent", "name"], *rows]), "tree", "--mode", "upsert")
    assert refused.exit_code == 3
    assert "1 of 3 rows" in refused.stderr
    assert "订单!B4" in refused.stderr
    done = import_excel(book([["id", "parent", "name"], *rows[:2]]), "tree", "--mode", "upsert")
    assert done.exit_code == 0, done.stderr


def test_rows_that_change_may_point_to_new_ones(app: Flask, book: Book, import_excel: Importer) -> None:
    sql(TREE, "INSERT INTO tree VALUES (2, NULL, 'leaf')")
    result = import_excel(book([["id", "parent"], [1, None], [2, 1]]), "tree", "--mode", "upsert")
    assert result.exit_code == 0, result.stderr
    assert rows_of("tree") == [(1, None, None), (2, 1, "leaf")]


TREE = (
    "CREATE TABLE tree (id INT PRIMARY KEY, parent INT, name VARCHAR(20),"
    " CONSTRAINT tree_parent FOREIGN KEY (parent) REFERENCES tree (id))"
)


@pytest.mark.parametrize("action", ["CASCADE", "SET NULL", "NO ACTION"])
def test_replace_deletes_nothing_that_rows_of_the_sheet_point_to(
    action: str, app: Flask, book: Book, import_excel: Importer
) -> None:
    sql(
        TREE.replace("tree (id))", f"tree (id) ON DELETE {action})"),
        "INSERT INTO tree VALUES (1, NULL, 'root'), (2, 1, 'leaf')",
    )
    before = rows_of("tree")
    result = import_excel(book([["id", "parent"], [2, None]]), "tree", "--mode", "replace", "--yes")
    assert result.exit_code == 5, result.stderr
    assert "1 row of tree point to rows of tree that the sheet does not have" in result.stderr
    assert rows_of("tree") == before


@pytest.mark.parametrize("key", ["id INTEGER PRIMARY KEY", "id INTEGER, UNIQUE (id)"])
def test_rows_without_a_key_are_inserted_beside_a_reject(
    key: str, app: Flask, book: Book, import_excel: Importer
) -> None:
    sql(f"CREATE TABLE parts (n INT, {key.replace('PRIMARY', _numbered(app) + ' PRIMARY')})")
    rows = [["id", "n"], [None, 1], [7, 2], [None, "?"]]
    result = import_excel(book(rows), "parts", "--on-error", "skip")
    assert result.exit_code == 0, result.stderr
    assert rows_of("parts", "n") == [(1,), (2,)]


def test_replace_deletes_rows_that_point_to_each_other(app: Flask, book: Book, import_excel: Importer) -> None:
    sql(
        TREE.replace("tree (id))", "tree (id) ON DELETE RESTRICT)"),
        "INSERT INTO tree VALUES (1, NULL, 'a'), (2, 1, 'b'), (3, 2, 'c'), (9, NULL, 'stays')",
    )
    result = import_excel(book([["id"], [9]]), "tree", "--mode", "replace", "--yes", "--json")
    assert result.exit_code == 0, result.stderr
    assert told(result)["counts"]["deleted"] == 3
    assert rows_of("tree") == [(9, None, "stays")]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_replace_that_a_trigger_keeps_from_deleting_is_caught(goods: str, book: Book, import_excel: Importer) -> None:
    sql("CREATE TRIGGER no_delete BEFORE DELETE ON goods BEGIN SELECT RAISE(IGNORE); END")
    result = import_excel(book(SHEET), goods, "--mode", "replace", "--yes")
    assert result.exit_code == 3, result.stderr
    assert "1 row too many, which were not deleted" in result.stderr


def test_replace_takes_whole_sheets(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book(SHEET), goods, "--mode", "replace", "--yes", "--limit", "1")
    assert result.exit_code == 2
    assert "rows beyond the limit would be deleted" in result.stderr
    assert len(rows_of(goods)) == 3


def test_replace_leaves_no_row_out(goods: str, book: Book, import_excel: Importer) -> None:
    """The table's own row of that key would be deleted."""
    before = rows_of(goods)
    sheet = book([HEADERS, ["A", "one", 1], ["B", "bad", "?"]])
    result = import_excel(sheet, goods, "--mode", "replace", "--yes", "--on-error", "skip")
    assert result.exit_code == 3, result.stderr
    assert "--mode replace leaves none of them out" in result.stderr
    assert "or load the other" not in result.stderr
    assert rows_of(goods) == before


def test_rows_that_point_to_a_row_left_out_are_left_out(app: Flask, book: Book, import_excel: Importer) -> None:
    sql(TREE.replace("VARCHAR(20)", "VARCHAR(20) CHECK (name <> 'bad')"))
    rows = [["id", "parent", "name"], [1, None, "bad"], [2, 1, "b"], [3, 2, "c"], [4, None, "good"]]
    result = import_excel(book(rows), "tree", "--on-error", "skip", "--json")
    assert result.exit_code == 0, result.stderr
    assert rows_of("tree") == [(4, None, "good")]
    assert told(result)["rejections"]["rejected"] == 3


@pytest.fixture
def words(app: Flask) -> str:
    """Make a table whose key takes a and A for the same."""
    collation = "COLLATE NOCASE" if _backend() == "sqlite" else "COLLATE utf8mb4_general_ci"
    sql(f"CREATE TABLE words (k VARCHAR(9) {collation} PRIMARY KEY, n INT)", "INSERT INTO words VALUES ('a', 1)")
    return "words"


@pytest.mark.parametrize("mode", MODES)
def test_keys_that_the_database_takes_for_equal_stand_twice(
    mode: str, words: str, book: Book, import_excel: Importer
) -> None:
    keys = ("b", "B") if mode in ("insert", "skip") else ("a", "A")
    result = import_excel(book([["k", "n"], *([key, 1] for key in keys)]), words, "--mode", mode, "--yes")
    assert result.exit_code == 3, result.stderr
    assert "stands twice in what is imported (key PRIMARY)    订单!A3" in result.stderr
    assert rows_of(words) == [("a", 1)]


@pytest.mark.parametrize("mode", ["upsert", "replace"])
def test_keys_that_the_database_takes_for_equal_are_undone(
    mode: str, words: str, book: Book, import_excel: Importer, cli: FlaskCliRunner
) -> None:
    done = import_excel(book([["k", "n"], ["A", 2], ["b", 3]]), words, "--mode", mode, "--yes")
    assert done.exit_code == 0, done.stderr
    assert rows_of(words) == [("A", 2), ("b", 3)]
    undone = cli.invoke(args=["runs", "undo", str(runs.newest(1)[0].id), "--yes"])
    assert undone.exit_code == 0, undone.stderr
    assert rows_of(words) == [("a", 1)]


def test_blanks_that_become_the_same_key_stand_twice(app: Flask, book: Book, import_excel: Importer) -> None:
    sql("CREATE TABLE x (k INT NOT NULL DEFAULT 5, n INT, UNIQUE (k))", "INSERT INTO x VALUES (5, 1)")
    result = import_excel(book([["k", "n"], [None, 1], [None, 2]]), "x", "--mode", "upsert")
    assert result.exit_code == 3, result.stderr
    assert "stands twice in what is imported" in result.stderr


def test_checks_of_columns_that_the_sheet_lacks_are_left_to_the_database(
    app: Flask, book: Book, import_excel: Importer
) -> None:
    """SQLite takes "limit" for a text where there is no such column."""
    limit = '"limit"' if _backend() == "sqlite" else "`limit`"
    sql(f"CREATE TABLE x (k INT PRIMARY KEY, {limit} INT DEFAULT 5, CHECK ({limit} < 100 AND k > 0))")
    result = import_excel(book([["k"], [1]]), "x", "--mode", "upsert")
    assert result.exit_code == 0, result.stderr


TRIGGERS = {
    "sqlite": "CREATE TRIGGER shout AFTER UPDATE ON goods WHEN NEW.title = 'zwei' BEGIN"
    " UPDATE goods SET title = 'ZWEI' WHERE sku = NEW.sku; END",
    "mysql": "CREATE TRIGGER shout BEFORE UPDATE ON goods FOR EACH ROW SET NEW.title = UPPER(NEW.title)",
}


def _backend() -> str:
    from app.extensions import db

    return "sqlite" if db.engine.dialect.name == "sqlite" else "mysql"


def _numbered(app: Flask) -> str:
    return "" if _backend() == "sqlite" else " AUTO_INCREMENT"


ROWS = st.dictionaries(
    st.integers(0, 6), st.tuples(st.sampled_from([None, "x", "y", "é", "E"]), st.integers(0, 2)), min_size=1
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(there=ROWS, sheet=ROWS, mode=st.sampled_from(MODES), skips=st.booleans())
def test_modes_do_what_a_dictionary_does(
    there: dict[int, Any], sheet: dict[int, Any], mode: str, skips: bool, app: Flask, book: Book, import_excel: Importer
) -> None:
    sql("DROP TABLE IF EXISTS t", "CREATE TABLE t (k INT PRIMARY KEY, a VARCHAR(5), b INT)")
    for key, (a, b) in there.items():
        sql(f"INSERT INTO t VALUES ({key}, {'NULL' if a is None else repr(a)}, {b})")
    path = book([["k", "a", "b"], *([key, *values] for key, values in sheet.items())])
    options = ["--mode", mode, "--yes", "--again", *(["--on-error", "skip"] if skips else [])]
    result = import_excel(path, "t", *options)
    found = {key: (a, b) for key, a, b in rows_of("t")}
    new = {key: values for key, values in sheet.items() if key not in there}
    expected = {"insert": there | new, "upsert": there | sheet, "skip": sheet | there, "replace": sheet}[mode]
    refused = mode == "insert" and len(new) < len(sheet) and (not skips or not new)
    assert result.exit_code == (3 if refused else 0), result.stderr
    assert found == (there if refused else expected)


def test_dry_run_of_an_insert_shows_its_first_rows(goods: str, book: Book, import_excel: Importer) -> None:
    result = import_excel(book([HEADERS, ["E", "tab\t\\n", 1.5], ["F", "x", None]]), goods, "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert "+ sku E, title tab" in result.stderr
    assert "+ sku F, title x, price NULL" in result.stderr


def test_what_cannot_be_undone_is_said_beforehand(app: Flask, book: Book, import_excel: Importer) -> None:
    sql("CREATE TABLE loose (name VARCHAR(20))")
    result = import_excel(book([["name"], ["x"]]), "loose")
    assert result.exit_code == 0, result.stderr
    note = "Note: this import cannot be undone: loose has no key among the imported columns."
    assert result.stderr.index(note) < result.stderr.index("Imported 1 row")
