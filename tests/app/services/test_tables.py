"""What the database holds, as it says itself."""

from __future__ import annotations

import pytest
from flask import Flask

from app.errors import Failed, NotFound
from app.extensions import db
from app.services import tables
from app.services.tables import ForeignKey, TableSummary

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
on_mysql = pytest.mark.parametrize("backend", ["mysql"], indirect=True)
AWKWARD = ("100% 'of' \"all\"", "订单 明细", "select", "a%sb", "Camel")


def execute(*statements: str) -> None:
    """Run statements as they stand."""
    with db.engine.begin() as connection:
        for statement in statements:
            doubled = statement.replace("%", "%%") if connection.dialect.name == "mysql" else statement
            connection.exec_driver_sql(doubled)


def test_rows_are_counted_exactly_whatever_a_table_is_called(empty_app: Flask) -> None:
    for count, name in enumerate(AWKWARD):
        with db.engine.begin() as connection:
            identifier = db.engine.dialect.identifier_preparer.quote_identifier(name)
            connection.exec_driver_sql(f"CREATE TABLE {identifier} (n INTEGER)")
            for number in range(count):
                connection.exec_driver_sql(f"INSERT INTO {identifier} VALUES ({number})")
    assert tables.all_tables() == [TableSummary(name, "table", AWKWARD.index(name), "") for name in sorted(AWKWARD)]
    for name in AWKWARD:
        assert [column.name for column in tables.describe(name).columns] == ["n"]


def test_views_are_listed_after_the_tables_and_not_counted(empty_app: Flask) -> None:
    execute("CREATE TABLE things (n INTEGER)", "CREATE VIEW a_view AS SELECT n AS m FROM things")
    assert tables.all_tables() == [TableSummary("things", "table", 0, ""), TableSummary("a_view", "view", None, "")]
    found = tables.describe("a_view")
    assert (found.kind, [column.name for column in found.columns], found.foreign_keys) == ("view", ["m"], ())


def test_a_view_of_nothing_is_listed_and_says_what_is_wrong(empty_app: Flask) -> None:
    execute("CREATE TABLE things (n INTEGER)", "CREATE VIEW a_view AS SELECT n FROM things", "DROP TABLE things")
    assert [table.name for table in tables.all_tables()] == ["a_view"]
    with pytest.raises(Failed, match='The view "a_view" cannot be read'):
        tables.describe("a_view")


def test_the_projects_own_records_are_described(app: Flask) -> None:
    columns = {column.name: column for column in tables.describe("runs").columns}
    assert (columns["id"].automatic, columns["id"].keys, columns["id"].nullable) == (
        "auto-increment",
        ("PRIMARY",),
        False,
    )
    assert (columns["started_at"].nullable, columns["finished_at"].nullable) == (False, True)
    assert [column.comment for column in tables.describe("orders").columns][:2] == ["订单号", "客户名称"]
    assert tables.describe("users").columns[1].keys == ("uq_users_name",)


def test_foreign_keys_say_where_values_come_from(empty_app: Flask) -> None:
    execute(
        "CREATE TABLE regions (country CHAR(2), region INTEGER, PRIMARY KEY (country, region))",
        "CREATE TABLE shops (id INTEGER PRIMARY KEY, land CHAR(2), area INTEGER,"
        " CONSTRAINT fk_area FOREIGN KEY (land, area) REFERENCES regions (country, region))",
    )
    found = tables.describe("shops")
    assert found.foreign_keys == (ForeignKey("fk_area", ("land", "area"), "regions", ("country", "region")),)
    assert [found.references(name) for name in ("id", "land", "area")] == [
        (),
        ("regions.country",),
        ("regions.region",),
    ]


@on_sqlite
def test_a_foreign_key_to_a_table_that_is_gone_is_described(empty_app: Flask) -> None:
    execute("CREATE TABLE shops (id INTEGER PRIMARY KEY, area INTEGER REFERENCES regions (id))")
    found = tables.describe("shops")
    assert (found.foreign_keys[0].table, found.references("area")) == ("regions", ("regions.id",))


def test_defaults_and_generated_columns_are_told(empty_app: Flask) -> None:
    execute("CREATE TABLE things (n INTEGER NOT NULL DEFAULT 7, twice INTEGER GENERATED ALWAYS AS (n * 2) VIRTUAL)")
    n, twice = tables.describe("things").columns
    assert (n.default, n.automatic, n.nullable) == ("7", None, False)
    assert (twice.default, twice.automatic) == (None, "generated")


@on_mysql
def test_comments_and_types_are_the_databases_own(empty_app: Flask) -> None:
    execute(
        "CREATE TABLE places (name VARCHAR(20) COMMENT '100% 名称', spot POINT, kind ENUM('A,b')) COMMENT='地点 50%'"
    )
    assert tables.all_tables() == [TableSummary("places", "table", 0, "地点 50%")]
    found = tables.describe("places")
    assert found.comment == "地点 50%"
    assert [(column.type, column.comment) for column in found.columns] == [
        ("varchar(20)", "100% 名称"),
        ("point", ""),
        ("enum('A,b')", ""),
    ]


def test_an_unknown_table_is_answered_with_the_nearest_view_or_table(empty_app: Flask) -> None:
    execute("CREATE TABLE things (n INTEGER)", "CREATE VIEW thoughts AS SELECT n FROM things")
    with pytest.raises(NotFound, match='Did you mean "thoughts"'):
        tables.describe("Thought")
    with pytest.raises(NotFound) as raised:
        tables.describe("zzz")
    assert "mean" not in str(raised.value)
