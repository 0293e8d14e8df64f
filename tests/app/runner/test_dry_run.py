"""A dry run changes nothing, and says exactly what the real run then does: on generated scripts."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.services import runs
from tests.scripts import run_script

SCRIPTS = 12
STEPS = 8
ROWS = 40

HEAD = '''"""Generated."""

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.runner import script


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    n: Mapped[int]


class Part(Base):
    __tablename__ = "parts"
    id: Mapped[int] = mapped_column(primary_key=True)
    thing_id: Mapped[int | None]
    label: Mapped[str]


things, parts = Thing.__table__, Part.__table__


@script(owner="tests")
def main(run):
    session = run.session
'''

# One statement or more each; {i} and {j} are ids, {t} is a text. By ORM, by Core, by raw SQL.
OPERATIONS = (
    "session.add(Thing(id={new}, name={t!r}, n={j}))",
    "session.add(Part(id={new}, thing_id=None, label={t!r}))",
    "for thing in session.scalars(sa.select(Thing).where(Thing.id <= {i})): thing.n += 1",
    "for thing in session.scalars(sa.select(Thing).where(Thing.id == {i})): thing.name = None",
    "for part in session.scalars(sa.select(Part).where(Part.id == {i})): session.delete(part)",
    "session.execute(sa.insert(things), [dict(id={new}, name={t!r}, n=1), dict(id={new}0, name=None, n=2)])",
    "session.execute(sa.update(things).where(things.c.id.between({i}, {j})).values(n=things.c.n * 2, name={t!r}))",
    "session.execute(sa.update(Part).where(Part.label == {t!r}).values(label='changed'))",
    "session.execute(sa.delete(parts).where(parts.c.id == {i}))",
    "session.execute(sa.text('UPDATE things SET n = n + :by WHERE id = :id'), dict(by={j}, id={i}))",
    "session.execute(sa.text('UPDATE things SET n = n WHERE id < {i}'))",
    "session.execute(sa.text('DELETE FROM things WHERE id = {i}'))",
    "session.execute(sa.text('INSERT INTO parts (id, thing_id, label) SELECT {new} + id, id, name FROM things "
    "WHERE id < 4 AND name IS NOT NULL'))",
    "session.connection().exec_driver_sql(\"UPDATE parts SET label = 'raw' WHERE id > {i}\")",
)
BATCHED = """
    for batch in run.batches(sa.select(Thing).where(Thing.id > {i}), key=Thing.id, size=7):
        for thing in batch:
            thing.n += {j}
"""


def generated(seed: int) -> str:
    """Return the source of a script that does some of these in some order, the even ones in batches."""
    chance = random.Random(seed)
    new = iter(range(1000, 100_000, 1000))
    lines = []
    for _ in range(STEPS):
        i, j = sorted((chance.randint(1, ROWS), chance.randint(1, ROWS)))
        lines.append(chance.choice(OPERATIONS).format(i=i, j=j, new=next(new), t=chance.choice(("甲", "b", "it''s"))))
    if seed % 2:
        return HEAD + "".join(f"    {line}\n" for line in lines)
    inside = "".join(f"        {line}\n" for line in lines)
    batches = BATCHED.format(i=chance.randint(1, ROWS), j=chance.randint(1, 9))
    return f"{HEAD}    for _ in run.batches([1]):\n{inside}{batches}"


@pytest.fixture
def tables(app: Flask) -> None:
    """Make things and parts; the parts of a thing go with it."""
    with db.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE things (id INTEGER PRIMARY KEY, name VARCHAR(20), n BIGINT NOT NULL)"))
        connection.execute(
            sa.text(
                "CREATE TABLE parts (id INTEGER PRIMARY KEY, thing_id INTEGER, label VARCHAR(20) NOT NULL,"
                " FOREIGN KEY (thing_id) REFERENCES things (id) ON DELETE CASCADE)"
            )
        )
        connection.execute(
            sa.text("INSERT INTO things VALUES (:i, :t, :i)"),
            [{"i": i, "t": None if i % 5 == 0 else f"thing {i}"} for i in range(1, ROWS + 1)],
        )
        connection.execute(
            sa.text("INSERT INTO parts VALUES (:i, :i, :t)"), [{"i": i, "t": "b"} for i in range(1, ROWS + 1)]
        )


Content = dict[str, dict[Any, dict[str, Any]]]


def content() -> Content:
    """Return both tables whole: rows by key."""
    found: Content = {}
    with db.engine.connect() as connection:
        for table in ("things", "parts"):
            rows = connection.execute(sa.text(f"SELECT * FROM {table}")).mappings()
            found[table] = {row["id"]: dict(row) for row in rows}
    return found


def checksum() -> Any:
    """Return CHECKSUM TABLE of both tables, or on SQLite what equals it: all rows in the order of their keys."""
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            return [
                connection.execute(sa.text(f"SELECT * FROM {name} ORDER BY id")).all() for name in ("things", "parts")
            ]
        return connection.execute(sa.text("CHECKSUM TABLE things, parts EXTENDED")).all()


def net(before: Content, after: Content) -> dict[str, dict[str, int]]:
    """Return how many rows of each table are new, other and gone; tables without any left out."""
    found = {}
    for table, old in before.items():
        new = after[table]
        counts = {
            "inserted": len(new.keys() - old.keys()),
            "updated": sum(new[key] != old[key] for key in new.keys() & old.keys()),
            "deleted": len(old.keys() - new.keys()),
        }
        if any(counts.values()):
            found[table] = counts
    return found


@pytest.mark.parametrize("seed", range(SCRIPTS))
def test_the_dry_run_says_what_the_real_run_does(seed: int, tables: None, tmp_path: Path) -> None:
    path = tmp_path / "offline_script" / "recycle" / "generated.py"
    path.parent.mkdir(parents=True)
    path.write_text(generated(seed))
    before, sum_before = content(), checksum()
    tried = run_script(path, dry_run=True)
    assert checksum() == sum_before, path.read_text()
    assert content() == before
    done = run_script(path, applies=tried.run_id)
    after = content()
    assert before != after, "a script that does nothing proves nothing"
    assert tried.rows == done.rows, path.read_text()
    assert runs.get(tried.run_id).rows == runs.get(done.run_id).rows == done.rows
    said = {
        table.table: {"inserted": table.inserted, "updated": table.updated, "deleted": table.deleted}
        for table in tried.result.diff
    }
    assert {table: counts for table, counts in said.items() if any(counts.values())} == net(before, after)
    check_samples(tried.result.diff, before, after)


def check_samples(diff: list[Any], before: Content, after: Content) -> None:
    """Check that every sampled change is one that happened, value for value."""
    for table in diff:
        for change in table.samples:
            key = change.key["id"]
            for side, rows in ((change.before, before), (change.after, after)):
                row = rows[table.table].get(key)
                assert (side is None) == (row is None)
                assert all(shown(row[name]) == value for name, value in (side or {}).items() if row is not None)


def shown(value: Any) -> Any:
    """Return a value as a diff has it."""
    return str(value) if isinstance(value, Decimal) else value
