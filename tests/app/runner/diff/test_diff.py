"""The rows that an open transaction changed, on real databases."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from app.engine import MYSQL_CONNECT_ARGS, WRITER
from app.runner.diff import Before, TableDiff, difference
from app.runner.diff.comparing import PAGE
from app.runner.sql.counting import UNKNOWN, RowCounter

on_mysql = pytest.mark.parametrize("backend", ["mysql"], indirect=True)
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
EVERYTHING = 10**6


class Base(DeclarativeBase):
    pass


class Parent(Base):
    __tablename__ = "parents"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(sa.String(50), unique=True)
    amount: Mapped[Decimal | None] = mapped_column(sa.Numeric(12, 2))
    at: Mapped[datetime | None]
    data: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    more: Mapped[Any] = mapped_column(sa.JSON, nullable=True)


class Child(Base):
    __tablename__ = "children"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(sa.ForeignKey("parents.id", ondelete="CASCADE"))
    note: Mapped[str] = mapped_column(sa.String(50))


@pytest.fixture
def engine(database_url: str, backend: str) -> Iterator[sa.Engine]:
    """Give a database with 20 parents of two children each."""
    made = sa.create_engine(database_url, connect_args=MYSQL_CONNECT_ARGS if backend == "mysql" else {})
    Base.metadata.create_all(made)
    with Session(made) as session:
        for number in range(1, 21):
            session.add(Parent(id=number, name=f"客户 {number}", amount=Decimal(number), more={"n": number}))
            session.flush()
            session.add_all([Child(parent_id=number, note=f"备注 {number}.{child}") for child in (1, 2)])
        session.commit()
    yield made
    made.dispose()


def run(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@contextmanager
def dry_run(engine: sa.Engine) -> Iterator[tuple[Session, Callable[..., list[TableDiff]]]]:
    """Give a session whose transaction is rolled back, and the function that tells what it changed."""
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with Before(engine) as before, engine.connect().execution_options(**{WRITER: True}, **options) as connection:
        before.begin(connection)
        counter = RowCounter(connection)
        with Session(connection, join_transaction_mode="control_fully") as session:

            def changed(tables: set[str] | None = None, samples: int = EVERYTHING) -> list[TableDiff]:
                session.flush()
                return difference(before, connection, counter.tables if tables is None else tables, samples)

            yield session, changed
        counter.remove()


def changed_by(engine: sa.Engine, *statements: str) -> list[TableDiff]:
    with dry_run(engine) as (session, changed):
        for statement in statements:
            session.connection().exec_driver_sql(statement)
        return changed()


def numbers(found: list[TableDiff]) -> dict[str, tuple[int, int, int]]:
    return {table.table: (table.inserted, table.updated, table.deleted) for table in found}


def whole(connection: sa.Connection) -> dict[str, dict[int, dict[str, Any]]]:
    """Return both tables, whole: `{table: {id: row}}`."""
    tables = ("parents", "children")
    found = {table: connection.exec_driver_sql(f"SELECT * FROM {table}").mappings().all() for table in tables}
    return {table: {row["id"]: dict(row) for row in rows} for table, rows in found.items()}


def naive(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[tuple[Any, Any, Any]]]:
    """Return what differs by going through everything: `{table: [(id, before, after)]}`."""
    found: dict[str, list[tuple[Any, Any, Any]]] = {}
    for table in before:
        for key in sorted(before[table].keys() | after[table].keys()):
            old, new = before[table].get(key), after[table].get(key)
            if old is not None and new is not None:
                names = [name for name in old if old[name] != new[name]]
                old, new = ({name: row[name] for name in names} for row in (old, new))
            if old != new:
                found.setdefault(table, []).append((key, old, new))
    return found


def as_found(tables: list[TableDiff]) -> dict[str, list[tuple[Any, Any, Any]]]:
    return {
        table.table: sorted(((c.key["id"], c.before, c.after) for c in table.samples), key=lambda change: change[0])
        for table in tables
    }


def jsonable(found: Any) -> Any:
    """Return values as samples show them."""
    if isinstance(found, dict):
        return {key: jsonable(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return type(found)(jsonable(value) for value in found)
    if isinstance(found, bytes):
        return f"0x{found.hex()}"
    return found if found is None or isinstance(found, int | float) else str(found)


def fingerprint(engine: sa.Engine) -> Any:
    """Return the checksum of every table, or on SQLite all that is in the file."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            return list(driver.iterdump())
        names = ", ".join(sa.inspect(connection).get_table_names())
        return connection.exec_driver_sql(f"CHECKSUM TABLE {names}").all()


def orm(session: Session, dice: random.Random) -> None:
    parents = session.scalars(sa.select(Parent)).all()
    choice = dice.choice(parents) if parents else None
    match dice.randrange(4):
        case 0:
            session.add(
                Parent(name=f"新 {dice.random()}", amount=Decimal(dice.randrange(99)), at=datetime(2024, 6, 10))
            )
        case 1 if choice:
            choice.amount = Decimal(dice.randrange(4))
            choice.data = dice.randbytes(3)
        case 2 if choice:
            session.add(Child(parent_id=choice.id, note="另一个"))
        case 3 if choice:
            session.delete(choice)
    session.flush()


def core(session: Session, dice: random.Random) -> None:
    low = dice.randrange(30)
    some = sa.and_(Parent.id > low, Parent.id < low + dice.randrange(6))
    match dice.randrange(4):
        case 0:
            rows = [{"name": f"n {dice.random()}", "more": {"列": [n]}} for n in range(dice.randrange(1, 4))]
            session.execute(sa.insert(Parent), rows)
        case 1:
            session.execute(sa.update(Parent).where(some).values(amount=Parent.amount + dice.randrange(2)))
        case 2:
            session.execute(sa.delete(Parent).where(some))
        case 3:
            session.execute(sa.update(Child).where(Child.parent_id > low).values(note="改"))


def raw(session: Session, dice: random.Random) -> None:
    number = dice.randrange(1, 30)
    sql = dice.choice(
        [
            f"UPDATE parents SET name = NULL WHERE id = {number}",
            f"DELETE FROM parents WHERE id = {number}",
            f"DELETE FROM children WHERE id > {number} AND id < {number + 3}",
            f"INSERT INTO children (parent_id, note) SELECT id, 'raw' FROM parents WHERE id < {number % 5}",
            f"UPDATE children SET id = id + 1000 WHERE id = {number}",
            f"UPDATE parents SET amount = amount WHERE id < {number}",
        ]
    )
    session.execute(sa.text(sql))


@pytest.mark.parametrize("seed", range(12))
def test_the_difference_is_that_of_reading_everything(engine: sa.Engine, seed: int) -> None:
    dice = random.Random(seed)
    untouched = fingerprint(engine)
    with dry_run(engine) as (session, changed):
        before = whole(session.connection())
        for _ in range(dice.randrange(1, 15)):
            way = dice.choice([orm, core, raw])
            with suppress(sa.exc.IntegrityError), session.begin_nested():
                way(session, dice)
                if not dice.randrange(5):
                    raise sa.exc.IntegrityError("taken back", None, Exception())
        session.expire_all()
        found = changed()
        assert as_found(found) == jsonable(naive(before, whole(session.connection())))
        assert all(table.total == len(table.samples) for table in found)
    assert fingerprint(engine) == untouched


def test_few_changes_among_many_rows_are_found_in_little_memory(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.insert(Parent), [{"id": n, "name": f"名字 {n}"} for n in range(100, 50_100)])
    with dry_run(engine) as (session, changed):
        session.execute(sa.text("UPDATE parents SET name = 'x' WHERE id = 5100"))
        session.execute(sa.text("DELETE FROM parents WHERE id IN (1, 30000, 50099)"))
        session.execute(sa.insert(Parent), [{"id": n, "name": f"more {n}"} for n in range(60_000, 60_000 + 2 * PAGE)])
        tracemalloc.start()
        found = changed(samples=2)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert numbers(found) == {"children": (0, 0, 2), "parents": (2 * PAGE, 1, 3)}
    assert [len(table.samples) for table in found] == [2, 2]
    assert peak < 25_000_000


def test_samples_show_every_kind_of_change_with_what_changed(engine: sa.Engine) -> None:
    found = changed_by(
        engine,
        "DELETE FROM children WHERE id < 10",
        "UPDATE children SET note = '改' WHERE id = 30",
        "INSERT INTO children (id, parent_id, note) VALUES (500, 1, '新')",
    )
    (table,) = found
    assert json.loads(json.dumps(table.as_dict(), ensure_ascii=False)) == table.as_dict()
    updated, inserted, deleted = [(c.key, c.before, c.after) for c in table.samples][:3]
    assert updated == ({"id": 30}, {"note": "备注 15.2"}, {"note": "改"})
    assert inserted == ({"id": 500}, None, {"id": 500, "parent_id": 1, "note": "新"})
    assert deleted == ({"id": 1}, {"id": 1, "parent_id": 1, "note": "备注 1.1"}, None)


def test_nothing_changed_is_no_difference(engine: sa.Engine) -> None:
    assert changed_by(engine, "UPDATE parents SET name = name", "DELETE FROM children WHERE id = 0") == []


def test_values_are_shown_as_json_can_have_them(engine: sa.Engine, backend: str) -> None:
    run(engine, "CREATE TABLE kinds (id INTEGER PRIMARY KEY, a DECIMAL(10,2), b BLOB, c TEXT, d DATETIME, e DOUBLE)")
    quoted = "x'00ff'"
    found = changed_by(engine, f"INSERT INTO kinds VALUES (1, 1.50, {quoted}, NULL, '2024-06-10 01:02:03', 0.1)")
    assert found[0].samples[0].after == {
        "id": 1,
        "a": "1.50" if backend == "mysql" else 1.5,
        "b": "0x00ff",
        "c": None,
        "d": "2024-06-10 01:02:03",
        "e": 0.1,
    }
    long = changed_by(engine, f"INSERT INTO kinds (id, b, c) VALUES (1, x'{'ab' * 100}', '{'长' * 600}')")
    assert long[0].samples[0].after is not None
    assert long[0].samples[0].after["b"] == f"0x{'ab' * 64}…"
    assert long[0].samples[0].after["c"] == f"{'长' * 500}…"


def test_a_changed_primary_key_is_one_row_deleted_and_one_inserted(engine: sa.Engine) -> None:
    assert numbers(changed_by(engine, "UPDATE children SET id = 900 WHERE id = 1")) == {"children": (1, 0, 1)}


def test_keys_are_compared_as_the_database_does(engine: sa.Engine, backend: str) -> None:
    collation = "COLLATE utf8mb4_general_ci" if backend == "mysql" else "COLLATE NOCASE"
    run(
        engine,
        f"CREATE TABLE words (word VARCHAR(20) {collation} NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (word, n))",
        "INSERT INTO words VALUES ('a', 1), ('a', 2), ('b', 1), ('Ä', 3), ('客', 1), ('户', 1)",
    )
    found = changed_by(
        engine,
        "UPDATE words SET word = 'A' WHERE word = 'a' AND n = 2",
        "DELETE FROM words WHERE word = 'b'",
        "INSERT INTO words VALUES ('B', 2), ('户', 2)",
    )
    assert numbers(found) == {"words": (2, 1, 1)}
    assert found[0].samples[0].before == {"word": "a"}
    assert found[0].samples[0].after == {"word": "A"}


def test_composite_keys_cross_pages(engine: sa.Engine) -> None:
    run(engine, "CREATE TABLE pairs (a VARCHAR(9) NOT NULL, b INTEGER NOT NULL, c INTEGER, PRIMARY KEY (a, b))")
    insert = sa.text("INSERT INTO pairs VALUES (:a, :b, 0)")
    with engine.begin() as connection:
        connection.execute(insert, [{"a": f"k{n // 7000}", "b": n} for n in range(3 * PAGE)])
    found = changed_by(
        engine,
        f"UPDATE pairs SET c = 1 WHERE b IN (0, {PAGE - 1}, {PAGE}, {3 * PAGE - 1})",
        "DELETE FROM pairs WHERE b BETWEEN 7000 AND 7009",
        "INSERT INTO pairs VALUES ('k0', 999999, 0), ('zz', 0, 0), ('a', 0, 0)",
    )
    assert numbers(found) == {"pairs": (3, 4, 10)}


def test_a_page_may_end_with_the_last_row(engine: sa.Engine) -> None:
    run(engine, "CREATE TABLE singles (id INTEGER PRIMARY KEY)")
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO singles VALUES (:n)"), [{"n": n} for n in range(PAGE)])
    assert numbers(changed_by(engine, "INSERT INTO singles VALUES (99999)")) == {"singles": (1, 0, 0)}
    assert numbers(changed_by(engine, "DELETE FROM singles")) == {"singles": (0, 0, PAGE)}


def test_tables_without_a_key_are_compared_as_multisets(engine: sa.Engine) -> None:
    run(
        engine,
        "CREATE TABLE loose (a INTEGER, b TEXT)",
        "INSERT INTO loose VALUES (1, 'x'), (1, 'x'), (1, 'x'), (2, NULL)",
    )
    found = changed_by(
        engine,
        "DELETE FROM loose",
        "INSERT INTO loose VALUES (2, NULL), (1, 'x'), (3, 'y'), (3, 'y')",
    )
    assert numbers(found) == {"loose": (2, 0, 2)}
    first = found[0].samples[0]
    assert (first.key, first.before, first.after) == ({}, None, {"a": 3, "b": "y"})


@on_mysql
@pytest.mark.parametrize("kind", ["ENUM('z', 'm', 'a')", "FLOAT"])
def test_keys_out_of_order_are_compared_as_well_on_mysql(engine: sa.Engine, kind: str) -> None:
    values = ("'z'", "'m'", "'a'") if kind.startswith("ENUM") else ("0.1", "0.2", "0.3")
    run(engine, f"CREATE TABLE odd (k {kind} PRIMARY KEY, n INTEGER)", f"INSERT INTO odd VALUES ({values[0]}, 1)")
    assert numbers(changed_by(engine, f"INSERT INTO odd VALUES ({values[1]}, 1), ({values[2]}, 1)")) == {
        "odd": (2, 0, 0)
    }


@on_sqlite
def test_keys_that_are_null_are_found_on_sqlite(engine: sa.Engine) -> None:
    run(engine, "CREATE TABLE nulls (k TEXT PRIMARY KEY, n)", "INSERT INTO nulls VALUES (NULL, 1), (NULL, 1), ('a', 1)")
    found = changed_by(engine, "UPDATE nulls SET n = 2 WHERE k = 'a'", "UPDATE nulls SET n = n + 1 WHERE k IS NULL")
    assert numbers(found) == {"nulls": (2, 1, 2)}


@on_sqlite
def test_a_changed_type_is_a_change_on_sqlite(engine: sa.Engine) -> None:
    run(engine, "CREATE TABLE typed (k INTEGER PRIMARY KEY, n)", "INSERT INTO typed VALUES (1, 1)")
    assert numbers(changed_by(engine, "UPDATE typed SET n = 1.0")) == {"typed": (0, 1, 0)}


def test_what_triggers_write_is_found(engine: sa.Engine, backend: str) -> None:
    body = "INSERT INTO notes (n) VALUES (old.id)"
    trigger = f"FOR EACH ROW {body}" if backend == "mysql" else f"BEGIN {body}; END"
    run(
        engine,
        "CREATE TABLE notes (n INTEGER PRIMARY KEY)",
        "CREATE TABLE runs (id INTEGER PRIMARY KEY)",
        f"CREATE TRIGGER note AFTER UPDATE ON parents {trigger}",
    )
    found = changed_by(engine, "UPDATE parents SET amount = 0 WHERE id < 4")
    assert numbers(found) == {"notes": (3, 0, 0), "parents": (0, 3, 0)}


def test_cascades_are_followed_from_table_to_table(engine: sa.Engine) -> None:
    run(
        engine,
        "CREATE TABLE marks (id INTEGER PRIMARY KEY, child INTEGER,"
        " FOREIGN KEY (child) REFERENCES children (id) ON DELETE SET NULL)",
        "INSERT INTO marks VALUES (1, 1), (2, 40)",
    )
    found = changed_by(engine, "DELETE FROM parents WHERE id = 1")
    assert numbers(found) == {"children": (0, 0, 2), "marks": (0, 1, 0), "parents": (0, 0, 1)}


def test_views_and_unknown_tables_mean_all(engine: sa.Engine) -> None:
    run(engine, "CREATE VIEW seen AS SELECT * FROM parents")
    with dry_run(engine) as (session, changed):
        session.execute(sa.text("UPDATE parents SET amount = 0 WHERE id = 1"))
        assert numbers(changed({"seen"})) == numbers(changed({UNKNOWN})) == {"parents": (0, 1, 0)}
        assert changed({"children", "no_such_table"}) == []


def test_temporary_tables_are_left_out(engine: sa.Engine) -> None:
    found = changed_by(
        engine,
        "CREATE TEMPORARY TABLE scratch (id INTEGER PRIMARY KEY)",
        "INSERT INTO scratch VALUES (1)",
        "DELETE FROM children WHERE id IN (SELECT id FROM scratch)",
    )
    assert numbers(found) == {"children": (0, 0, 1)}


@on_mysql
def test_what_others_commit_meanwhile_is_no_difference(engine: sa.Engine) -> None:
    with dry_run(engine) as (session, changed):
        run(engine, "DELETE FROM children WHERE id = 5", "UPDATE parents SET amount = 99")
        session.execute(sa.text("DELETE FROM children WHERE id = 1"))
        assert numbers(changed({"parents", "children"})) == {"children": (0, 0, 1)}
