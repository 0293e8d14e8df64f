"""Orders in a workbook: which, which columns, and what an import reads there."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.models import Order
from app.models.order import STATUSES
from app.sheets.cells import Cell
from tests.offline_script.kept import artifact, log
from tests.scripts import run_script
from tests.workbooks import read_cells

HEADERS = ["订单号", "客户名称", "电话", "商品", "数量", "金额", "状态", "下单时间", "备注", "单价"]


def order(number: int, created_at: datetime = datetime(2026, 1, 15), **values: object) -> Order:
    facts = {"customer": "李四", "item": "茶", "quantity": 2, "amount": Decimal("19.90"), "status": "new", **values}
    return Order(order_no=f"N{number:05}", created_at=created_at, **facts)


@pytest.fixture
def orders(session: Session) -> None:
    """Put four orders into the database, of different days and statuses."""
    session.add_all(
        [
            order(1, datetime(2025, 12, 31, 23, 59, 59), status="paid"),
            order(2, datetime(2026, 1, 1), status="new", phone="+86 138", note="=1+1", unit_price=Decimal("9.95")),
            order(3, datetime(2026, 1, 31, 23, 59, 59), status="shipped"),
            order(4, datetime(2026, 2, 1), status="paid"),
        ]
    )
    session.commit()


def exported(*args: str) -> list[list[Cell]]:
    """Return the rows that a run with these arguments writes, the header among them."""
    outcome = run_script("export_order", *args)
    return rows_of(read_cells(artifact(outcome.run_id, "orders.xlsx"), "orders"))


def rows_of(cells: dict[str, Cell]) -> list[list[Cell]]:
    letters = "ABCDEFGHIJ"[: sum(address[1:] == "1" for address in cells)]
    last = max(int(address[1:]) for address in cells)
    return [[cells.get(f"{letter}{row}") for letter in letters] for row in range(1, last + 1)]


@pytest.mark.usefixtures("orders")
def test_all_orders_with_all_columns() -> None:
    rows = exported()
    assert rows[0] == HEADERS
    assert rows[2] == ["N00002", "李四", "+86 138", "茶", 2, 19.9, "new", datetime(2026, 1, 1), "=1+1", 9.95]
    assert [row[0] for row in rows[1:]] == ["N00001", "N00002", "N00003", "N00004"]


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize(
    ("args", "numbers"),
    [
        (["--since", "2026-01-01"], "234"),
        (["--until", "2026-02-01"], "123"),
        (["--since", "2026-01-01", "--until", "2026-02-01"], "23"),
        (["--status", "paid"], "14"),
        (["--status", "paid", "--status", "shipped", "--since", "2026-01-01"], "34"),
    ],
)
def test_orders_of_a_period_and_of_statuses(args: list[str], numbers: str) -> None:
    assert exported("--field", "order_no", *args) == [["订单号"], *([f"N0000{number}"] for number in numbers)]


@pytest.mark.usefixtures("orders")
def test_fields_stand_in_the_order_asked_for_and_once() -> None:
    rows = exported("--field", "amount", "--field", "order_no", "--field", "amount", "--until", "2026-01-01")
    assert rows == [["金额", "订单号"], [19.9, "N00001"]]


@pytest.mark.usefixtures("orders")
def test_an_empty_result_is_a_workbook_with_its_header() -> None:
    outcome = run_script("export_order", "--since", "2030-01-01")
    assert rows_of(read_cells(artifact(outcome.run_id, "orders.xlsx"))) == [HEADERS]
    assert "No order is like that" in log(outcome.run_id)


def test_many_orders_come_page_by_page(session: Session) -> None:
    session.add_all(order(number, status=STATUSES[number % 5]) for number in range(2501))
    session.commit()
    rows = exported("--field", "order_no")
    assert [row[0] for row in rows[1:]] == [f"N{number:05}" for number in range(2501)]


@pytest.mark.usefixtures("orders")
def test_it_only_reads_and_says_how_many() -> None:
    outcome = run_script("export_order")
    assert outcome.rows == {}
    assert [each["name"] for each in outcome.result.artifacts] == ["orders.xlsx"]
    assert "4 orders in orders.xlsx" in log(outcome.run_id)


@pytest.mark.usefixtures("orders")
def test_a_dry_run_leaves_no_file() -> None:
    outcome = run_script("export_order", dry_run=True)
    assert not artifact(outcome.run_id, "orders.xlsx").exists()
