"""Scripts that may be run with whatever parameters somebody makes up."""

from __future__ import annotations

from pathlib import Path

COUNT = '''"""Count orders, and change nothing."""

from __future__ import annotations

import click
import sqlalchemy as sa

from app.models import Order
from app.runner import script


@script(owner="tests")
@click.option("--status", type=click.Choice(["new", "paid", "shipped"]), help="Only these.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only those of this day and later.")
@click.option("--least", type=click.IntRange(0, 1000), default=0, help="Only those of this quantity and more.")
@click.option("--verbose", is_flag=True, help="Say more.")
def main(run, status, since, least, verbose):
    query = sa.select(sa.func.count()).select_from(Order).where(Order.quantity >= least)
    query = query.where(Order.status == status) if status else query
    query = query.where(Order.created_at >= since) if since else query
    run.log.info("%s orders", run.session.scalar(query))
    if verbose:
        run.artifact("orders.txt").write_text("counted")


if __name__ == "__main__":
    main()
'''
TOUCH = '''"""Write notes of orders batch by batch: something to pause and to go on with."""

from __future__ import annotations

import click
import sqlalchemy as sa

from app.models import Order
from app.runner import script


@script(owner="tests")
@click.argument("text")
@click.option("--fail", is_flag=True, help="Fail in the middle.")
def main(run, text, fail):
    for batch in run.batches(sa.select(Order), size=50):
        for order in batch:
            order.note = text[:20]
        if fail:
            raise RuntimeError("as asked")


if __name__ == "__main__":
    main()
'''


def write_scripts(folder: Path) -> Path:
    """Write them to a folder of offline scripts, and return that."""
    for name, source in (("count_orders", COUNT), ("touch_orders", TOUCH)):
        path = folder / "recycle" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return folder
