"""Plan files: written, read again, and held against the sheets that they are used for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import Invalid
from app.sheets.plan import MappedColumn, Plan
from app.sheets.plan_file import OPTIONS, PlanFile, fingerprint, plan_text, read_plan
from app.sheets.table import Column, Table

ORDERS = Table(
    "orders",
    (
        Column("order_no", "text", "varchar(20)", nullable=False),
        Column("amount", "decimal", "decimal(12, 2)"),
        Column("note", "text", "text"),
    ),
)
HEADERS = [(0, "订单号"), (2, "金额"), (3, "备注")]
PLAN = PlanFile(
    "orders",
    ("订单号", "金额", "备注"),
    {"订单号": "order_no", "金额": "amount", "备注": ""},
    {"null": ["无"], "round": True, "header_row": 2},
)


def written(tmp_path: Path, text: str) -> Path:
    """Write a file called orders.toml."""
    path = tmp_path / "orders.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def saved(tmp_path: Path) -> PlanFile:
    """Give a plan that was saved and read again."""
    return read_plan(written(tmp_path, plan_text(PLAN, "orders.toml")))


def test_a_plan_is_read_as_it_was_saved(saved: PlanFile) -> None:
    assert (saved.table, saved.headers, saved.columns, saved.options) == (
        PLAN.table,
        PLAN.headers,
        PLAN.columns,
        PLAN.options,
    )
    assert saved.path.name == "orders.toml"


def test_a_plan_is_for_people_to_read() -> None:
    lines = plan_text(PLAN, "orders.toml").splitlines()
    assert lines[0] == "# How a sheet goes into a table. Use it: flask import-excel FILE orders --plan orders.toml"
    assert 'table = "orders"' in lines
    assert lines[lines.index("[columns]") + 1 :][:3] == ['"订单号" = "order_no"', '"金额" = "amount"', '"备注" = ""']
    assert "round = true" in lines


names = st.text(min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(table=names, columns=st.dictionaries(names, st.text(max_size=20), min_size=1), nulls=st.lists(st.text()))
def test_whatever_headers_are_called_they_come_back(
    table: str, columns: dict[str, str], nulls: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    plan = PlanFile(table, tuple(columns), columns, {"null": nulls})
    found = read_plan(written(tmp_path_factory.mktemp("plan"), plan_text(plan, "orders.toml")))
    assert (found.table, found.headers, dict(found.columns), found.options) == (
        table,
        tuple(columns),
        columns,
        {"null": nulls},
    )


def test_a_sheet_with_the_same_headers_is_mapped_as_the_plan_says(saved: PlanFile) -> None:
    assert saved.plan("June", 2, HEADERS, ORDERS) == Plan(
        "June",
        2,
        ORDERS,
        (
            MappedColumn(0, "订单号", ORDERS.columns[0], "--plan"),
            MappedColumn(2, "金额", ORDERS.columns[1], "--plan"),
        ),
        ((3, "备注"),),
    )


def test_headers_are_matched_to_the_letter_where_some_are_alike(tmp_path: Path) -> None:
    plan = PlanFile("orders", ("Order No", "order_no"), {"Order No": "", "order_no": "order_no"})
    found = plan.plan("S", 1, [(0, "Order No"), (1, "order_no")], ORDERS)
    assert [(mapped.position, mapped.column.name) for mapped in found.columns] == [(1, "order_no")]


def test_the_columns_of_a_file_of_rejects_are_no_difference(saved: PlanFile) -> None:
    found = saved.plan("June", 2, [*HEADERS, (4, "_row"), (5, "_error")], ORDERS)
    assert found.left_out == ((3, "备注"), (4, "_row"), (5, "_error"))


@pytest.mark.parametrize(
    ("headers", "differences"),
    [
        ([(0, "订单号"), (2, "备注")], ['missing: "金额"']),
        ([*HEADERS, (5, "电话")], ['new: "电话" (F)']),
        ([(0, "订单号"), (2, "总额"), (3, "备注")], ['missing: "金额"', 'new: "总额" (C)']),
        (
            [(0, "金额"), (1, "订单号"), (2, "备注")],
            [
                'moved: "金额" is in column A, where the plan has "订单号"',
                'moved: "订单号" is in column B, where the plan has "金额"',
            ],
        ),
        ([*HEADERS, (4, "金额")], ['new: "金额" (E)']),
    ],
)
def test_other_headers_are_an_error_that_lists_the_differences(
    saved: PlanFile, headers: list[tuple[int, str]], differences: list[str]
) -> None:
    with pytest.raises(Invalid) as error:
        saved.plan("June", 2, headers, ORDERS)
    first, *rest = error.value.message.split("\n  ")
    assert first == 'The headers of sheet "June" are not those of the plan orders.toml:'
    assert rest == differences


def test_another_table_is_an_error(saved: PlanFile) -> None:
    with pytest.raises(Invalid, match=r"orders\.toml is for the table orders, not for customers"):
        saved.plan("June", 2, HEADERS, Table("customers", ORDERS.columns))


def test_a_table_that_has_changed_is_an_error_that_lists_all_of_it(saved: PlanFile) -> None:
    columns = (ORDERS.columns[0], Column("amounts", "decimal", "decimal"), Column("owner", "text", "t", nullable=False))
    with pytest.raises(Invalid) as error:
        saved.plan("June", 2, HEADERS, Table("orders", columns))
    assert error.value.message.split("\n  ")[1:] == [
        '"金额" goes into "amount", which the table does not have; did you mean amounts?',
        "owner is required, and the sheet has no column for it",
    ]


WHOLE: dict[str, Any] = {
    "format": 1,
    "table": "orders",
    "headers": ["a", "b"],
    "fingerprint": fingerprint(["a", "b"]),
    "columns": {"a": "order_no", "b": ""},
    "options": {},
}


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"format": 2}, "has the format 2; this version reads format 1"),
        ({"format": "x" * 50}, 'has the format "'),
        ({"tables": 1, "colums": {}}, "has what no plan has: tables, colums"),
        ({"options": {"nulls": []}}, "has what no plan has: nulls"),
        ({"options": {"password": "x"}}, "has what no plan has: password"),
        ({"table": 1}, "has another kind of value than a plan at: table"),
        ({"options": 1}, "has another kind of value than a plan at: options"),
        ({"table": None}, "lacks: table"),
        ({"columns": None, "headers": None}, "lacks: headers, columns"),
        ({"headers": []}, "has something else than texts among headers and columns"),
        ({"columns": {"a": 1, "b": ""}}, "has something else than texts among headers and columns"),
        ({"columns": {"a": "order_no"}}, "says nothing under [columns] of: b"),
        ({"columns": {"a": "", "b": "", "c": ""}}, "has columns for what is not among its headers: c"),
        ({"headers": ["b", "a"]}, "has headers that its fingerprint does not fit"),
    ],
)
def test_what_is_no_plan_says_why(tmp_path: Path, changed: dict[str, Any], problem: str) -> None:
    content = {name: value for name, value in (WHOLE | changed).items() if value is not None}
    with pytest.raises(Invalid) as error:
        read_plan(written(tmp_path, tomli_w.dumps(content)))
    assert error.value.message.startswith(f"The plan orders.toml {problem}")


def test_headers_that_were_edited_need_no_fingerprint(tmp_path: Path) -> None:
    content = {**WHOLE, "headers": ["b", "a"]}
    del content["fingerprint"]
    assert read_plan(written(tmp_path, tomli_w.dumps(content))).headers == ("b", "a")


@pytest.mark.parametrize("text", ["PK\x03\x04", "a = ", "[" * 5_000, "a = 1\na = 2"])
def test_what_is_no_toml_says_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(Invalid, match=r"orders\.toml is not TOML"):
        read_plan(written(tmp_path, text))


def test_a_file_that_is_no_text_says_so(tmp_path: Path) -> None:
    path = tmp_path / "orders.toml"
    path.write_bytes(b"table = '\xff'")
    with pytest.raises(Invalid, match=r"orders\.toml is not TOML"):
        read_plan(path)
    path.write_bytes(bytes(9 << 20))
    with pytest.raises(Invalid, match="too large for a plan"):
        read_plan(path)


def test_no_option_of_a_plan_is_a_secret() -> None:
    assert not {"password", "password_stdin"} & set(OPTIONS)
