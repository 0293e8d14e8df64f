"""Recompute the amounts of orders: quantity × unit price, where the unit price is known.

Retired: orders are written with the right amount since the shop computes it. It was run after unit prices had been
imported without amounts. Orders that are right already, or have no unit price, are not written.

\b
    flask script run flush_order_data --since 2024-01-01 --dry-run --force
    flask script run flush_order_data --since 2024-01-01 --force
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import click
from sqlalchemy import Select, select

from app.models import Order
from app.runner import script
from app.runner.script_run import ScriptRun

SIZE = 500


def priced(since: datetime | None) -> Select[Any]:
    """Return the query for the orders that have a unit price, of a day and later if one is given."""
    query = select(Order).where(Order.unit_price.is_not(None))
    return query if since is None else query.where(Order.created_at >= since)


def recompute(orders: Sequence[Order]) -> int:
    """Set the amounts that are wrong; return how many were."""
    wrong = [(order, right) for order in orders if (right := right_amount(order)) not in (None, order.amount)]
    for order, amount in wrong:
        order.amount = amount
    return len(wrong)


def right_amount(order: Order) -> Decimal | None:
    """Return what an order should amount to; None if its unit price is not known. Both have two decimals."""
    return None if order.unit_price is None else order.quantity * order.unit_price


@script(owner="yuzaoyah")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Orders of this day and later; all by default.")
def main(run: ScriptRun, since: datetime | None) -> None:
    """Go through the orders by their numbers."""
    seen, changed = 0, 0
    for batch in run.batches(priced(since), size=SIZE):
        seen += len(batch)
        changed += recompute(batch)
    run.log.info("%d orders with a unit price: %d changed, %d right already", seen, changed, seen - changed)


if __name__ == "__main__":
    main()
