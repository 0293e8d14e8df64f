"""Amounts are recomputed where the unit price is known, and only where they are wrong."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refused
from app.models import Order
from tests.offline_script.kept import log
from tests.scripts import run_script


def order(number: int, quantity: int, unit_price: str | None, amount: str, year: int = 2024) -> Order:
    return Order(
        order_no=f"N{number:05}",
        customer="李四",
        item="茶",
        quantity=quantity,
        unit_price=None if unit_price is None else Decimal(unit_price),
        amount=Decimal(amount),
        created_at=datetime(year, 1, 1),
    )


@pytest.fixture
def orders(session: Session) -> None:
    """Put orders into the database: wrong, right, without a unit price, wrong but older."""
    session.add_all(
        [
            order(1, 3, "9.95", "0"),
            order(2, 3, "9.95", "29.85"),
            order(3, 3, None, "7"),
            order(4, 2, "0.10", "1", year=2023),
        ]
    )
    session.commit()


def amounts(session: Session) -> list[str]:
    session.rollback()
    return [str(amount) for amount in session.scalars(select(Order.amount).order_by(Order.order_no))]


@pytest.mark.usefixtures("orders")
def test_what_is_wrong_is_recomputed(session: Session) -> None:
    outcome = run_script("flush_order_data")
    assert amounts(session) == ["29.85", "29.85", "7.00", "0.20"]
    assert outcome.rows == {"orders": {"inserted": 0, "updated": 2, "deleted": 0}}
    assert "3 orders with a unit price: 2 changed, 1 right already" in log(outcome.run_id)
    assert run_script("flush_order_data").rows == {}


@pytest.mark.usefixtures("orders")
def test_older_orders_are_left_alone(session: Session) -> None:
    run_script("flush_order_data", "--since", "2024-01-01")
    assert amounts(session) == ["29.85", "29.85", "7.00", "1.00"]


@pytest.mark.usefixtures("orders")
def test_a_dry_run_changes_nothing(session: Session) -> None:
    outcome = run_script("flush_order_data", dry_run=True)
    assert outcome.rows == {"orders": {"inserted": 0, "updated": 2, "deleted": 0}}
    assert amounts(session) == ["0.00", "29.85", "7.00", "1.00"]


def test_many_orders_go_batch_by_batch(session: Session) -> None:
    session.add_all(order(number, 2, "1.00", "0") for number in range(1203))
    session.commit()
    run_script("flush_order_data")
    assert set(amounts(session)) == {"2.00"}


@pytest.mark.usefixtures("orders")
def test_it_is_retired(session: Session) -> None:
    with pytest.raises(Refused, match="retired"):
        run_script("flush_order_data", force=False)
    assert amounts(session) == ["0.00", "29.85", "7.00", "1.00"]
