"""Headers find columns: by name, by COMMENT, never by chance."""

from __future__ import annotations

import pytest

from app.errors import Invalid
from app.sheets.headers import make_plan
from app.sheets.plan import Plan
from app.sheets.table import Column, Table


def planned(headers: list[str], *columns: Column) -> Plan:
    """Plan a sheet with these headers for a table with these columns; none may be left out."""
    return make_plan("Sheet1", 1, list(enumerate(headers)), Table("things", columns), {}, lambda _: False)


def text(name: str, comment: str = "") -> Column:
    """Return a nullable text column."""
    return Column(name, "text", "text", comment=comment)


def matches(plan: Plan) -> dict[str, str]:
    """Return the column's name for each header."""
    return {mapped.header: mapped.column.name for mapped in plan.columns}


def test_a_header_that_is_a_name_finds_that_column_among_alike_ones() -> None:
    plan = planned(["order_no", "orderno"], text("order_no"), text("orderno"))
    assert matches(plan) == {"order_no": "order_no", "orderno": "orderno"}


def test_a_header_that_two_names_are_alike_to_finds_neither() -> None:
    with pytest.raises(Invalid, match='"Order No" is not in the table'):
        planned(["Order No"], text("order_no"), text("orderno"))


def test_a_comment_gives_way_to_a_name() -> None:
    plan = planned(["name", "title"], text("name"), text("title", comment="Name"))
    assert matches(plan) == {"name": "name", "title": "title"}


def test_columns_named_like_those_of_a_rejects_file_are_filled() -> None:
    assert matches(planned(["a", "_error"], text("a"), text("_error"))) == {"a": "a", "_error": "_error"}
    assert matches(planned(["a", "_error"], text("a"))) == {"a": "a"}
    assert matches(planned(["a", "_error", "_row"], text("a"), text("error"), text("row"))) == {"a": "a"}
