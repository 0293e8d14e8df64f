"""Export orders to a workbook: fields, period and status of your choice.

Run it when somebody needs orders as a spreadsheet. The file, orders.xlsx, is an artifact of the run. A field that is
missing here becomes an option here, not another script.

\b
    flask script run export_order --since 2026-01-01 --until 2026-02-01 --status paid --status shipped
    flask script run export_order --field order_no --field amount
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import click
from sqlalchemy import Select, select

from app.models import Order
from app.models.order import STATUSES
from app.runner import script
from app.runner.script_run import ScriptRun
from app.services.workbooks import new_workbook
from app.words import counted

FIELDS = [column.key for column in Order.__table__.columns]
DATE = click.DateTime(["%Y-%m-%d"])
FILE = "orders.xlsx"
PAGE = 1000


def orders(since: datetime | None, until: datetime | None, statuses: Sequence[str]) -> Select[Any]:
    """Return the query for the orders of a period (`since` in it, `until` not) and of some statuses; all by default."""
    query = select(Order)
    if since is not None:
        query = query.where(Order.created_at >= since)
    if until is not None:
        query = query.where(Order.created_at < until)
    return query.where(Order.status.in_(statuses)) if statuses else query


def headers(fields: Sequence[str]) -> list[str]:
    """Return the header of each field: the comment on its column, which an import finds as well."""
    return [Order.__table__.columns[field].comment or field for field in fields]


def rows(page: Sequence[Order], fields: Sequence[str]) -> Iterator[list[object]]:
    """Yield the values of each order, in the order of the fields."""
    return ([getattr(order, field) for field in fields] for order in page)


@script(owner="yuzaoyah", read_only=True)
@click.option("--field", "fields", type=click.Choice(FIELDS), multiple=True, help="A column to export; all by default.")
@click.option("--since", type=DATE, help="Orders of this day and later.")
@click.option("--until", type=DATE, help="Orders before this day.")
@click.option(
    "--status", "statuses", type=click.Choice(STATUSES), multiple=True, help="Of this status; any by default."
)
def main(
    run: ScriptRun, fields: Sequence[str], since: datetime | None, until: datetime | None, statuses: Sequence[str]
) -> None:
    """Write the orders, sorted by their numbers."""
    chosen = list(dict.fromkeys(fields)) or FIELDS
    path = run.artifact(FILE)
    with new_workbook(path, Order.__tablename__, headers(chosen), force=True) as book:
        for page in run.batches(orders(since, until, statuses), size=PAGE):
            book.add(rows(page, chosen))
    if book.rows:
        run.log.info("%s in %s", counted(book.rows, "order"), FILE)
    else:
        run.log.warning("No order is like that: %s has its header only.", FILE)


if __name__ == "__main__":
    main()
