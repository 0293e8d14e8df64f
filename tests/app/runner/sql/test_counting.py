"""Rows counted on real databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.mysql import insert as mysql_insert
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from app.engine import MYSQL_CONNECT_ARGS, WRITER
from app.errors import Refused
from app.runner.sql.counting import UNKNOWN, RowCounter


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(sa.String(50), unique=True)
    number: Mapped[int | None]


THINGS: Any = Thing.__table__


on_mysql = pytest.mark.parametrize("backend", ["mysql"], indirect=True)
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def connection(database_url: str, backend: str) -> Iterator[sa.Connection]:
    """Give a connection to a database with `things`, 10 of them, and `others`, empty."""
    arguments = {**MYSQL_CONNECT_ARGS, "local_infile": True} if backend == "mysql" else {}
    engine = sa.create_engine(database_url, connect_args=arguments)
    Base.metadata.create_all(engine)
    with engine.begin() as made:
        made.exec_driver_sql("CREATE TABLE others (id INTEGER PRIMARY KEY, number INTEGER)")
        made.execute(THINGS.insert(), [{"id": n, "name": f"名 {n}", "number": 0} for n in range(1, 11)])
    with engine.connect().execution_options(**{WRITER: True}) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def counter(connection: sa.Connection) -> RowCounter:
    return RowCounter(connection)


def counted(inserted: int = 0, updated: int = 0, deleted: int = 0, table: str = "things") -> dict[str, dict[str, int]]:
    return {table: {"inserted": inserted, "updated": updated, "deleted": deleted}}


def test_what_the_orm_flushes_is_counted(connection: sa.Connection, counter: RowCounter) -> None:
    with Session(connection) as session:
        session.add_all([Thing(name=f"new {n}", number=n) for n in range(2500)])  # RETURNING, in batches of 1000
        session.flush()
        session.add(Thing(id=5000, name="one"))
        for thing in session.scalars(sa.select(Thing).where(Thing.id <= 4)):
            thing.number = thing.id
        session.delete(session.get_one(Thing, 9))
        session.flush()
        assert counter.rows == counted(2501, 4, 1)
        assert counter.total == 2506
        assert [thing.number for thing in session.scalars(sa.select(Thing).where(Thing.id <= 3))] == [1, 2, 3]


def test_what_core_statements_write_is_counted(connection: sa.Connection, counter: RowCounter) -> None:
    connection.execute(THINGS.insert(), [{"name": f"a{n}", "number": 1} for n in range(30)])
    connection.execute(THINGS.insert().values(name="b", number=1))
    connection.execute(THINGS.insert().values([{"name": "c"}, {"name": "d"}]))
    connection.execute(THINGS.update().where(THINGS.c.id <= 3).values(number=7))
    many = THINGS.update().where(THINGS.c.id == sa.bindparam("i")).values(number=sa.bindparam("n"))
    connection.execute(many, [{"i": 4, "n": 8}, {"i": 5, "n": 8}, {"i": 999, "n": 8}])
    connection.execute(THINGS.delete().where(THINGS.c.id == sa.bindparam("i")), [{"i": 8}, {"i": 9}, {"i": 999}])
    assert counter.rows == counted(33, 5, 2)


def test_rows_that_come_back_are_counted_and_still_come(connection: sa.Connection, counter: RowCounter) -> None:
    assert connection.scalar(THINGS.insert().values(id=100, name="x").returning(THINGS.c.id)) == 100
    many = connection.execute(
        THINGS.insert().returning(THINGS.c.id, THINGS.c.name, sort_by_parameter_order=True),
        [{"name": f"r{n}"} for n in range(1500)],
    ).all()
    assert [name for _, name in many] == [f"r{n}" for n in range(1500)]
    raw = connection.execute(sa.text("INSERT INTO things (id, name) VALUES (5000, 'raw') RETURNING id, name"))
    assert raw.mappings().first() == {"id": 5000, "name": "raw"}
    assert connection.exec_driver_sql("DELETE FROM things WHERE id <= 2 RETURNING id").scalars().all() == [1, 2]
    assert counter.rows == counted(1502, 0, 2)


@on_sqlite
def test_returned_rows_of_an_update_are_counted_on_sqlite(connection: sa.Connection, counter: RowCounter) -> None:
    found = connection.execute(THINGS.update().where(THINGS.c.id <= 3).values(number=1).returning(THINGS.c.id))
    assert found.first() == (1,)
    assert counter.rows == counted(0, 3, 0)


def test_raw_sql_is_counted(connection: sa.Connection, counter: RowCounter) -> None:
    connection.execute(sa.text("INSERT INTO things (name) SELECT 'copy' FROM others RIGHT JOIN things t ON 1 WHERE 0"))
    connection.execute(sa.text("INSERT INTO others (id, number) SELECT id, number FROM things"))
    connection.exec_driver_sql("UPDATE things SET number = 5 WHERE id > 6")
    connection.exec_driver_sql("DELETE FROM things WHERE id > 8")
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    connection.exec_driver_sql(f"INSERT INTO things (name) VALUES ({mark})", [("a",), ("b",)])
    assert counter.rows == counted(2, 4, 2) | counted(10, table="others")


@on_sqlite
def test_a_statement_after_its_ctes_is_counted_on_sqlite(connection: sa.Connection, counter: RowCounter) -> None:
    connection.exec_driver_sql("WITH n(i) AS (VALUES (50), (51)) INSERT INTO things (id) SELECT i FROM n")
    connection.exec_driver_sql("WITH n(i) AS (VALUES (50)) DELETE FROM things WHERE id IN (SELECT i FROM n)")
    assert counter.rows == counted(2, 0, 1)


@on_mysql
def test_mysql_counts_the_rows_that_changed(connection: sa.Connection, counter: RowCounter) -> None:
    connection.exec_driver_sql("UPDATE things SET number = IF(id <= 2, 9, 0)")
    many = THINGS.update().where(THINGS.c.id == sa.bindparam("i")).values(number=9)
    connection.execute(many, [{"i": 1}, {"i": 2}, {"i": 3}])
    assert counter.rows == counted(0, 3, 0)
    connection.exec_driver_sql("INSERT INTO others SELECT id, 1 FROM things")
    connection.exec_driver_sql("UPDATE things t JOIN others o USING (id) SET t.number = 5, o.number = 5 WHERE id > 9")
    assert counter.rows == counted(0, 3) | counted(10, table="others") | counted(0, 2, table="things, others")
    assert counter.tables == {"things", "others"}


@on_mysql
@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("REPLACE INTO things (id, name) VALUES (1, 'x'), (2, 'y'), (77, 'z')", (1, 2, 0)),
        ("REPLACE INTO things (id, name) VALUES (1, 'x')", (0, 1, 0)),
        ("REPLACE INTO things (id, name) VALUES (77, 'x')", (1, 0, 0)),
        ("REPLACE INTO things (id, name) VALUES (1, '名 2')", (0, 1, 1)),  # two rows had to go
        (
            "INSERT INTO things (id, number) VALUES (1, 9), (2, 0), (77, 1) ON DUPLICATE KEY UPDATE number = 9",
            (1, 2, 0),
        ),
        (
            "INSERT INTO things (id, number) VALUES (1, 9), (2, 0), (77, 1), (78, 1)"
            " ON DUPLICATE KEY UPDATE number = VALUES(number)",
            (2, 1, 0),
        ),
        ("INSERT INTO things (id, number) VALUES (1, 9) ON DUPLICATE KEY UPDATE number = 9", (0, 1, 0)),
        ("INSERT INTO things (id, number) VALUES (77, 9) ON DUPLICATE KEY UPDATE number = 9", (1, 0, 0)),
        # What the server does not tell: the row was there, as it is now. It says the same of a new one.
        ("INSERT INTO things (id, number) VALUES (1, 0) ON DUPLICATE KEY UPDATE number = 0", (1, 0, 0)),
        ("INSERT IGNORE INTO things (id) VALUES (1), (77), (78)", (2, 0, 0)),
        ("INSERT INTO things (id) VALUES (77), (78)", (2, 0, 0)),
        ("DELETE t FROM things t JOIN things u USING (id) WHERE id < 4", (0, 0, 3)),
        ("UPDATE things SET number = 0", (0, 0, 0)),
    ],
)
def test_mysql_tells_inserted_from_updated_rows(
    connection: sa.Connection, counter: RowCounter, sql: str, expected: tuple[int, int, int]
) -> None:
    connection.exec_driver_sql(sql)
    assert counter.rows == (counted(*expected) if any(expected) else {})


@on_mysql
def test_upserts_of_many_rows_are_counted_on_mysql(connection: sa.Connection, counter: RowCounter) -> None:
    upsert = mysql_insert(THINGS)
    upsert = upsert.on_duplicate_key_update(number=upsert.inserted.number)
    rows = [{"id": n, "name": f"名 {n}" + "长" * 30, "number": n % 2} for n in range(5, 30_000)]  # several packets
    connection.execute(upsert, rows)
    assert counter.rows == counted(29_989, 3, 0)


@on_mysql
def test_load_data_is_counted_on_mysql(connection: sa.Connection, counter: RowCounter, tmp_path: Path) -> None:
    file = tmp_path / "rows.tsv"
    file.write_text("1\tx\t1\n77\ty\t2\n")
    connection.execute(sa.text(f"LOAD DATA LOCAL INFILE '{file}' REPLACE INTO TABLE things"))
    assert counter.rows == counted(1, 1, 0)


@on_sqlite
def test_sqlite_counts_an_upsert_as_inserted(connection: sa.Connection, counter: RowCounter) -> None:
    connection.exec_driver_sql("INSERT OR REPLACE INTO Things (id) VALUES (1), (77)")
    connection.exec_driver_sql(
        'INSERT INTO main."things" (id) VALUES (2), (78) ON CONFLICT (id) DO UPDATE SET number=1'
    )
    assert counter.rows == counted(4)


@on_mysql
def test_a_table_has_one_name_on_mysql(connection: sa.Connection, counter: RowCounter) -> None:
    schema = connection.engine.url.database
    connection.exec_driver_sql(f"DELETE FROM `{schema}`.things WHERE id = 1")
    connection.exec_driver_sql("DELETE FROM things WHERE id = 2")
    assert counter.rows == counted(0, 0, 2)


def test_what_a_savepoint_takes_back_is_not_counted(connection: sa.Connection, counter: RowCounter) -> None:
    with Session(connection) as session:
        session.add(Thing(id=100))
        session.flush()
        with session.begin_nested():
            session.add(Thing(id=101))
        with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
            session.execute(THINGS.insert().values(id=102))
            session.execute(THINGS.insert().values(id=1))
        with session.begin_nested() as nested:
            session.execute(THINGS.delete())
            nested.rollback()
        assert counter.rows == counted(2)
        session.execute(sa.text("SAVEPOINT `a b`"))
        session.execute(THINGS.insert().values(id=103))
        session.execute(sa.text("SAVEPOINT inner_one"))
        session.execute(THINGS.insert().values(id=104))
        session.execute(sa.text("ROLLBACK TO SAVEPOINT INNER_ONE"))
        assert counter.rows == counted(3)
        session.execute(sa.text("ROLLBACK TO `A B`"))
        session.execute(sa.text("ROLLBACK TO `A B`"))
        session.execute(sa.text("RELEASE SAVEPOINT `A B`"))
        assert counter.rows == counted(2)
        assert session.scalar(sa.text("SELECT count(*) FROM things")) == 12


def test_what_a_rollback_takes_back_is_not_counted(connection: sa.Connection, counter: RowCounter) -> None:
    connection.execute(THINGS.insert().values(id=100))
    connection.commit()
    connection.execute(THINGS.insert().values(id=101))
    assert counter.rows == counted(2)
    connection.rollback()
    assert counter.rows == counted(1)
    connection.execute(THINGS.delete().where(THINGS.c.id == 100))
    connection.exec_driver_sql("ROLLBACK")
    assert counter.rows == counted(1)


def test_it_goes_on_from_where_an_earlier_run_stood(connection: sa.Connection, counter: RowCounter) -> None:
    counter.restore(counted(5, 0, 2) | counted(1, table="others"))
    connection.execute(THINGS.insert().values(id=100))
    assert counter.snapshot() == counted(6, 0, 2) | counted(1, table="others")
    connection.rollback()
    assert (counter.rows, counter.total) == (counted(5, 0, 2) | counted(1, table="others"), 8)


def test_ignored_and_temporary_tables_are_not_counted(connection: sa.Connection) -> None:
    counter = RowCounter(connection, ignored=frozenset(["others"]))
    connection.exec_driver_sql("INSERT INTO others (id) VALUES (1)")
    connection.exec_driver_sql("CREATE TEMPORARY TABLE scratch (id INTEGER)")
    connection.exec_driver_sql("INSERT INTO scratch VALUES (1)")
    connection.exec_driver_sql("DELETE FROM scratch")
    connection.exec_driver_sql("DELETE FROM things WHERE id = 1")
    assert counter.rows == counted(0, 0, 1)
    assert counter.tables == {"things"}


def test_a_limit_stops_the_transaction_with_its_own_words(connection: sa.Connection) -> None:
    totals = []

    def limit(total: int) -> None:
        totals.append(total)
        if total > 3:
            raise Refused("More than 3 rows would change.")

    RowCounter(connection, on_change=limit)
    connection.execute(THINGS.update().where(THINGS.c.id == 999).values(number=1))
    with Session(connection) as session:
        session.add_all([Thing(name="a"), Thing(name="b")])
        session.flush()
        session.delete(session.get_one(Thing, 1))
        session.add(Thing(name="c"))
        with pytest.raises(Refused, match=r"More than 3 rows would change\."):
            session.flush()
    assert totals[-1] == 4


@on_mysql
def test_a_write_to_an_unknown_table_is_seen(connection: sa.Connection, counter: RowCounter) -> None:
    connection.exec_driver_sql("UPDATE (things JOIN others) SET things.number = 1")
    assert counter.tables == {UNKNOWN}


def test_nothing_listens_after_removal(connection: sa.Connection, counter: RowCounter) -> None:
    connection.execute(THINGS.insert().values(id=100))
    counter.remove()
    connection.execute(THINGS.insert().values(id=101))
    connection.commit()
    assert counter.rows == counted(1)
    listeners = (connection.dispatch.before_cursor_execute, connection.dispatch.after_cursor_execute)
    assert not [listener for event in listeners for listener in event if isinstance(listener, type(counter.remove))]
