"""The target of an import, as the database describes it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from app.errors import NotFound, Refused
from app.extensions import db
from app.sheets.sums import APPROXIMATE, measure_of
from app.sheets.table import UNSUPPORTED, Key, Table
from app.sheets.target import find, reflect

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
on_mysql = pytest.mark.parametrize("backend", ["mysql"], indirect=True)


def made(ddl: str, name: str = "things") -> Table:
    """Make a table and return it reflected."""
    with db.engine.begin() as connection:
        connection.execute(text(ddl))
        return reflect(connection, name, db.metadata)


@on_mysql
def test_a_default_is_what_an_expression_can_hold(empty_app: Flask) -> None:
    table = made(
        "CREATE TABLE things (changed DATETIME NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),"
        " fine DATETIME(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),"
        " words VARCHAR(90) NOT NULL DEFAULT 'current_timestamp() ON UPDATE current_timestamp()')"
    )
    assert [column.default for column in table.columns] == [
        "current_timestamp()",
        "current_timestamp(3)",
        "'current_timestamp() ON UPDATE current_timestamp()'",
    ]


@on_mysql
def test_types_are_spelled_as_mysql_spells_them(empty_app: Flask) -> None:
    table = made(
        "CREATE TABLE things (a ENUM('New','100%','b''q'), b CHAR(3) CHARACTER SET latin1, c POINT, d INET6,"
        " e INT UNSIGNED, f JSON, g DECIMAL(12,2))"
    )
    assert {column.name: column.sql_type for column in table.columns} == {
        "a": "enum('New','100%','b''q')",
        "b": "char(3)",
        "c": "point",
        "d": "inet6",
        "e": "int(10) unsigned",
        "f": "json",
        "g": "decimal(12,2)",
    }
    assert [column.kind for column in table.columns if column.name in "cd"] == [UNSUPPORTED, UNSUPPORTED]


@on_mysql
def test_a_temporary_table_has_types_too(empty_app: Flask) -> None:
    assert made("CREATE TEMPORARY TABLE things (a VARCHAR(20))").column("a").sql_type == "varchar(20)"


@on_sqlite
def test_types_are_spelled_as_sqlite_was_told(empty_app: Flask) -> None:
    table = made("CREATE TABLE things (a VARCHAR(20), b, c ENUM, d INTEGER, e INTEGER AS (d + 1))")
    assert {column.name: column.sql_type for column in table.columns} == {
        "a": "varchar(20)",
        "b": "",
        "c": "enum",
        "d": "integer",
        "e": "integer",
    }


@on_sqlite
@pytest.mark.parametrize(("type_", "numbered"), [("INTEGER", True), ("integer", True), ("INT", False)])
def test_sqlite_numbers_a_primary_key_only_when_it_is_an_integer(empty_app: Flask, type_: str, numbered: bool) -> None:
    table = made(f"CREATE TABLE things (id {type_} NOT NULL PRIMARY KEY, name TEXT)")
    assert (table.column("id").is_automatic, table.column("id").is_required) == (numbered, not numbered)


def test_a_missing_table_is_answered_with_the_nearest_in_any_case(empty_app: Flask) -> None:
    made("CREATE TABLE things (a INTEGER)")
    with db.engine.connect() as connection, pytest.raises(NotFound, match='Did you mean "things"') as raised:
        find(connection, "THING", db.metadata)
    assert "--create" in raised.value.hint


@on_mysql
@pytest.mark.parametrize("engine", ["a MyISAM", "an Aria", "a MEMORY"])
def test_a_table_whose_rows_cannot_be_taken_back_is_refused(empty_app: Flask, engine: str) -> None:
    made(f"CREATE TABLE things (a INTEGER) ENGINE={engine.split()[1]}")
    with db.engine.connect() as connection, pytest.raises(Refused, match=f'"things" is {engine} table') as raised:
        find(connection, "things", db.metadata)
    assert raised.value.hint == "ALTER TABLE things ENGINE=InnoDB"


@on_mysql
def test_a_table_in_partitions_is_found(empty_app: Flask) -> None:
    made("CREATE TABLE things (a INTEGER) PARTITION BY HASH (a) PARTITIONS 2")
    with db.engine.connect() as connection:
        assert find(connection, "things", db.metadata).name == "things"


@on_mysql
def test_floats_keep_six_digits_and_decimals_of_floats_are_decimals(empty_app: Flask) -> None:
    table = made(
        "CREATE TABLE things (a FLOAT, b FLOAT(7,2), c DOUBLE, d DOUBLE(20,3), e FLOAT(30), f FLOAT UNSIGNED,"
        " g DECIMAL(7,2))"
    )
    assert [
        (
            column.name,
            column.kind,
            column.precision,
            column.scale,
            column.exact_digits,
            measure_of(column) == APPROXIMATE,
        )
        for column in table.columns
    ] == [
        ("a", "float", None, None, 6, True),
        ("b", "decimal", 7, 2, 6, True),
        ("c", "float", None, None, None, True),
        ("d", "decimal", 20, 3, 15, True),
        ("e", "float", None, None, None, True),
        ("f", "float", None, None, 6, True),
        ("g", "decimal", 7, 2, None, False),
    ]


@on_sqlite
def test_floats_of_sqlite_are_doubles(empty_app: Flask) -> None:
    table = made("CREATE TABLE things (a FLOAT, b REAL, c DOUBLE PRECISION)")
    assert {(column.kind, column.exact_digits) for column in table.columns} == {("float", None)}


@on_sqlite
def test_unique_keys_of_sqlite_are_those_over_whole_values_of_all_rows(empty_app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE things (id INTEGER PRIMARY KEY, a VARCHAR(20) UNIQUE, b INT, c DECIMAL(8,2), d TEXT,"
                ' "e f" TEXT, g INT, UNIQUE (b, c), CONSTRAINT named UNIQUE (c, b))'
            )
        )
        for index in ("one ON things (d)", 'two ON things (g, "e f")'):
            connection.execute(text(f"CREATE UNIQUE INDEX {index}"))
        connection.execute(text("CREATE UNIQUE INDEX partial ON things (b) WHERE c = 1"))
        connection.execute(text("CREATE UNIQUE INDEX expression ON things (b, lower(d))"))
        connection.execute(text("CREATE INDEX plain ON things (g)"))
        table = reflect(connection, "things", db.metadata)
    assert table.keys == (
        Key("PRIMARY", ("id",)),
        Key("named", ("c", "b")),
        Key("one", ("d",)),
        Key("two", ("g", "e f")),
        Key("unique (a)", ("a",)),
        Key("unique (b, c)", ("b", "c")),
    )


@on_sqlite
def test_a_primary_key_of_sqlite_is_named_once(empty_app: Flask) -> None:
    table = made("CREATE TABLE things (a TEXT, b TEXT, PRIMARY KEY (b, a), UNIQUE (b, a)) WITHOUT ROWID")
    assert table.keys == (Key("PRIMARY", ("b", "a")),)


@on_mysql
def test_unique_keys_of_mysql_are_those_over_whole_values(empty_app: Flask) -> None:
    table = made(
        "CREATE TABLE things (a VARCHAR(20), b TEXT, c INT, PRIMARY KEY (a(4)), UNIQUE begins (c, a(3)),"
        " UNIQUE (c, a), UNIQUE whole (a), KEY plain (c), UNIQUE long_text (b))"
    )
    assert table.keys == (Key("c", ("c", "a")), Key("long_text", ("b",)), Key("whole", ("a",)))


def test_names_may_have_quotes_of_any_kind(empty_app: Flask) -> None:
    quote = db.engine.dialect.identifier_preparer.quote_identifier
    names = ["a`b", "``", 'c"d', "e'f"]
    with db.engine.begin() as connection:
        columns = ", ".join(f"{quote(name)} VARCHAR(9) NOT NULL" for name in names)
        keys = f"PRIMARY KEY ({quote('a`b')}), CONSTRAINT {quote('k`')} UNIQUE ({quote('``')}, {quote('a`b')})"
        connection.exec_driver_sql(f"CREATE TABLE things ({columns}, {keys})")
        table = reflect(connection, "things", db.metadata)
    assert [(column.name, column.sql_type) for column in table.columns] == [(name, "varchar(9)") for name in names]
    assert table.keys == (Key("PRIMARY", ("a`b",)), Key("k`", ("``", "a`b")))


@on_mysql
def test_json_is_known_whatever_its_name(empty_app: Flask) -> None:
    assert made("CREATE TABLE things (`a``b` JSON)").column("a`b").kind == "json"


@on_mysql
def test_what_mysql_would_change_is_known(empty_app: Flask) -> None:
    table = made(
        "CREATE TABLE things (id INT AUTO_INCREMENT PRIMARY KEY, a CHAR(4), b NCHAR(4), c VARCHAR(4), d BINARY(4),"
        " e VARBINARY(4), f BLOB)"
    )
    assert [column.name for column in table.columns if column.zero_is_next] == ["id"]
    assert [column.name for column in table.columns if column.drops_spaces] == ["a", "b"]
    assert {column.name: column.min_bytes for column in table.columns if column.min_bytes} == {"d": 4}


@on_sqlite
def test_sqlite_changes_nothing_of_these(empty_app: Flask) -> None:
    table = made("CREATE TABLE things (id INTEGER PRIMARY KEY, a CHAR(4), b BINARY(4))")
    assert not any(column.zero_is_next or column.drops_spaces or column.min_bytes for column in table.columns)


@on_mysql
def test_defaults_are_expressions_of_every_kind(empty_app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE SEQUENCE numbers"))
    table = made(
        "CREATE TABLE things (a INT NOT NULL DEFAULT nextval(numbers), b VARCHAR(9) NOT NULL DEFAULT (concat('a','b')),"
        " c VARCHAR(36) NOT NULL DEFAULT uuid(), d INT NOT NULL, e INT, f VARCHAR(9) DEFAULT 'NULL',"
        " g INT NOT NULL DEFAULT (d + 1), h VARCHAR(9) NOT NULL DEFAULT 'it''s', i INT AUTO_INCREMENT PRIMARY KEY)"
    )
    defaults = {column.name: column.default for column in table.columns}
    assert defaults.pop("a", "").startswith("nextval(")
    assert defaults == {
        "b": "concat('a','b')",
        "c": "uuid()",
        "d": None,
        "e": None,
        "f": "'NULL'",
        "g": "(`d` + 1)",
        "h": "'it''s'",
        "i": None,
    }
    assert [column.name for column in table.columns if column.is_required] == ["d"]


@on_mysql
def test_a_temporary_table_has_defaults_too(empty_app: Flask) -> None:
    assert made("CREATE TEMPORARY TABLE things (a INT NOT NULL DEFAULT 7)").column("a").default == "7"
