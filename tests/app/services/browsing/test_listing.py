"""Which tables there are to look at, and how many rows they have."""

from __future__ import annotations

import pytest
from flask import Flask

from app.own_tables import PROTECTED
from app.services import browsing
from app.services.browsing import TableEntry
from tests.app.services.test_tables import execute


def test_tables_come_first_then_views_and_rows_are_counted(empty_app: Flask) -> None:
    execute(
        "CREATE TABLE things (n INTEGER)",
        "INSERT INTO things VALUES (1), (2)",
        "CREATE TABLE `50% of` (n INTEGER)",
        "CREATE VIEW a_view AS SELECT n FROM things",
    )
    assert browsing.tables_for_browsing() == [
        TableEntry("50% of", "table", 0, "exactly", ""),
        TableEntry("things", "table", 2, "exactly", ""),
        TableEntry("a_view", "view", None, "", ""),
    ]


def test_the_projects_own_records_are_not_among_them(app: Flask) -> None:
    names = {entry.name for entry in browsing.tables_for_browsing()}
    assert not names & PROTECTED
    assert {"orders", "customers"} <= names


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_the_databases_own_comments_are_shown(empty_app: Flask) -> None:
    execute("CREATE TABLE places (n INT) COMMENT='地点 50%'")
    assert browsing.tables_for_browsing() == [TableEntry("places", "table", 0, "exactly", "地点 50%")]


def test_many_rows_are_not_counted_to_the_end(empty_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    execute("CREATE TABLE things (n INTEGER)", "INSERT INTO things VALUES (1), (2), (3)")
    for module in ("paging", "browsing.listing"):
        monkeypatch.setattr(f"app.services.{module}.COUNTED", 2)
    assert [(entry.rows, entry.precision) for entry in browsing.tables_for_browsing()] in (
        [(2, "more than")],
        [(3, "about")],  # where the database has an estimate
    )
