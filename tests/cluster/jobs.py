"""Work for a cluster whose result is known to the last row, and would differ if any of it were done twice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

SCRIPTS = 6
TABLES = 3
STEPS = 3
ROWS = 5

# Adds a row in each batch, and to a sum that does not know what was added; `seconds` lets a test kill it in the middle.
SCRIPT = '''"""Add entries, batch by batch."""

from __future__ import annotations

import time

import click
import sqlalchemy as sa

from app.runner import script

INSERT = sa.text("INSERT INTO entries (number, step, amount) VALUES (:number, :step, :amount)")
ADD = sa.text("UPDATE totals SET amount = amount + :amount WHERE id = {place}")


@script(owner="tests")
@click.option("--number", type=int, required=True, help="Which job this is.")
@click.option("--steps", type=int, default={steps}, help="How many batches.")
@click.option("--seconds", type=float, default=0, help="How long each batch takes.")
def main(run, number, steps, seconds):
    for batch in run.batches(range(steps), size=1):
        for step in batch:
            amount = 10 * number + step
            run.session.execute(INSERT, {{"number": number, "step": step, "amount": amount}})
            run.session.execute(ADD, {{"amount": amount}})
            time.sleep(seconds)


if __name__ == "__main__":
    main()
'''
TABLE = "CREATE TABLE parcels_{} (id INT PRIMARY KEY, amount INT NOT NULL)"
MADE = (
    "CREATE TABLE entries (id INT AUTO_INCREMENT PRIMARY KEY, number INT NOT NULL, step INT NOT NULL, amount INT)",
    "CREATE TABLE totals (id INT PRIMARY KEY, amount BIGINT NOT NULL)",
    *(TABLE.format(place) for place in range(TABLES)),
)
EMPTIED = (
    *(f"DELETE FROM {table}" for table in ("entries", "totals", *(f"parcels_{place}" for place in range(TABLES)))),
    "DELETE FROM imported_sheets",  # else a sheet of another test is refused: it is in the table already
    *(f"INSERT INTO totals VALUES ({place}, 0)" for place in range(SCRIPTS)),
)


@dataclass(frozen=True)
class Rows:
    """What the tables hold, added up.

    Attributes:
        entries: the number and the step of each, in order.
        totals: by their ids. parcels: how many rows each table has, and the sum of their amounts.
    """

    entries: list[tuple[int, int]]
    totals: list[int]
    parcels: list[tuple[int, int]]


def script_of(number: int) -> str:
    """Return the name of the script that does this job."""
    return f"add_entries_{number % SCRIPTS}"


def table_of(number: int) -> str:
    """Return the table that the sheet of this job is for."""
    return f"parcels_{number % TABLES}"


def write_scripts(folder: Path) -> None:
    """Write the scripts into a folder of offline scripts."""
    for place in range(SCRIPTS):
        file = folder / "recycle" / f"add_entries_{place}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SCRIPT.format(place=place, steps=STEPS), encoding="utf-8")


def write_sheet(path: Path, number: int, rows: int = ROWS) -> Path:
    """Write the sheet of a job, and return its path."""
    lines = (f"{number * rows + row},{number + row}\n" for row in range(rows))
    path.write_text("id,amount\n" + "".join(lines), encoding="utf-8")
    return path


def make_tables(engine: sa.Engine) -> None:
    """Make the tables."""
    with engine.begin() as connection:
        for statement in MADE:
            connection.exec_driver_sql(statement)


def empty_tables(engine: sa.Engine) -> None:
    """Delete what jobs have left."""
    with engine.begin() as connection:
        for statement in EMPTIED:
            connection.exec_driver_sql(statement)


def expected(scripts: list[int], sheets: list[int]) -> Rows:
    """Return what the tables hold once these jobs are done, each once."""
    totals, parcels = [0] * SCRIPTS, [(0, 0)] * TABLES
    for number in scripts:
        totals[number % SCRIPTS] += sum(10 * number + step for step in range(STEPS))
    for number in sheets:
        rows, amount = parcels[number % TABLES]
        parcels[number % TABLES] = (rows + ROWS, amount + sum(number + row for row in range(ROWS)))
    return Rows([(number, step) for number in sorted(scripts) for step in range(STEPS)], totals, parcels)


def found(engine: sa.Engine) -> Rows:
    """Return what the tables hold."""
    with engine.connect() as connection:
        entries = connection.exec_driver_sql("SELECT number, step FROM entries ORDER BY 1, 2").all()
        totals = connection.exec_driver_sql("SELECT amount FROM totals ORDER BY id").scalars().all()
        counted = (f"SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM parcels_{place}" for place in range(TABLES))
        parcels = [connection.exec_driver_sql(statement).one() for statement in counted]
    return Rows(
        [(number, step) for number, step in entries],
        [int(amount) for amount in totals],
        [(int(rows), int(amount)) for rows, amount in parcels],
    )
