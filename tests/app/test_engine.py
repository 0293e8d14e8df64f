"""The engine: what every connection is set to, who waits for whom, and which URLs are understood."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import URL, Connection, make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError, TimeoutError

from app import create_app
from app.config import Base, settings_of
from app.engine import AT_ONCE, BUSY_TIMEOUT_S, WRITER, database_url, engine_options
from app.errors import ConfigError
from app.extensions import db
from tests.databases import mysql_connection, mysql_database, sqlite_database

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
on_mysql = pytest.mark.parametrize("backend", ["mysql"], indirect=True)
INSTANCE = Path("/srv/opsdesk/instance")


@on_sqlite
def test_sqlite_is_set_up_to_be_shared(empty_app: Flask) -> None:
    with db.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": BUSY_TIMEOUT_S * 1000}


@pytest.fixture
def numbers(empty_app: Flask) -> None:
    """Make a table of one row to read and write."""
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE numbers (n INTEGER)"))
        connection.execute(text("INSERT INTO numbers VALUES (0)"))


def read_and_add(connection: Connection) -> None:
    """Add one to the number, having read it before."""
    n = connection.execute(text("SELECT n FROM numbers")).scalar_one()
    connection.execute(text("UPDATE numbers SET n = :n"), {"n": n + 1})


@on_sqlite
def test_a_second_sqlite_writer_waits_for_the_first(numbers: None) -> None:
    failures: list[Exception] = []
    begun = threading.Event()
    engine = db.engine.execution_options(**{WRITER: True})

    def second() -> None:
        try:
            begun.set()
            with engine.begin() as connection:
                read_and_add(connection)
        except OperationalError as error:
            failures.append(error)

    thread = threading.Thread(target=second)
    with engine.begin() as first:
        read_and_add(first)
        thread.start()
        begun.wait(10)
        thread.join(0.2)
        assert thread.is_alive(), "the second writer did not wait"
    thread.join(10)
    assert not thread.is_alive()
    assert not failures
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT n FROM numbers")).scalar_one() == 2


@on_sqlite
def test_a_sqlite_writer_that_must_not_wait_fails_at_once_and_the_next_one_waits_again(numbers: None) -> None:
    hasty = db.engine.execution_options(**{WRITER: True, AT_ONCE: True})
    with db.engine.execution_options(**{WRITER: True}).begin() as first:
        read_and_add(first)
        began = time.monotonic()
        with pytest.raises(OperationalError, match="locked"), hasty.begin():
            pass
        assert time.monotonic() - began < BUSY_TIMEOUT_S / 2
    with hasty.begin() as connection:
        read_and_add(connection)
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == BUSY_TIMEOUT_S * 1000


@on_sqlite
def test_without_writer_a_transaction_that_read_first_fails_at_once(numbers: None) -> None:
    """Why `writer=True` exists: SQLite cannot wait for a transaction whose view of the data is outdated."""
    with db.engine.begin() as connection:
        connection.execute(text("SELECT n FROM numbers")).scalar_one()
        with db.engine.begin() as other:
            other.execute(text("UPDATE numbers SET n = 5"))
        with pytest.raises(OperationalError, match="locked"):
            connection.execute(text("UPDATE numbers SET n = 6"))


@on_sqlite
def test_sqlite_rolls_back_what_changes_tables(empty_app: Flask) -> None:
    with pytest.raises(ValueError, match="no"), db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE half_done (n INTEGER)"))
        raise ValueError("no")
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one() == 0


@on_mysql
def test_mysql_sessions_are_strict_utf8_and_utc(empty_app: Flask) -> None:
    names = ("character_set_client", "character_set_connection", "character_set_results", "sql_mode", "time_zone")
    with db.engine.connect() as connection:
        row = connection.execute(text(f"SELECT {', '.join(f'@@{name}' for name in names)}, @@default_storage_engine"))
        client, shown, results, sql_mode, time_zone, storage = row.one()
    assert {client, shown, results} == {"utf8mb4"}
    assert {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "NO_ZERO_DATE"} <= set(sql_mode.split(","))
    assert (time_zone, storage) == ("+00:00", "InnoDB")


@on_mysql
def test_mysql_keeps_emoji_and_refuses_what_does_not_fit(empty_app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE names (name VARCHAR(3))"))
        connection.execute(text("INSERT INTO names VALUES (:name)"), {"name": "订单🙂"})
        assert connection.execute(text("SELECT name FROM names")).scalar_one() == "订单🙂"
    with pytest.raises(Exception, match="Data too long"), db.engine.begin() as connection:
        connection.execute(text("INSERT INTO names VALUES ('four')"))


@on_mysql
def test_a_connection_that_the_server_dropped_is_replaced(empty_app: Flask) -> None:
    with db.engine.connect() as connection:
        dropped = connection.execute(text("SELECT CONNECTION_ID()")).scalar_one()
    with mysql_connection() as server, server.cursor() as cursor:
        cursor.execute(f"KILL CONNECTION {int(dropped)}")
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT CONNECTION_ID()")).scalar_one() != dropped


@pytest.fixture
def small_pool() -> Iterator[Flask]:
    """Give an application on MariaDB whose pool is two connections, one of them an overflow, with no patience."""
    with mysql_database() as url:
        settings = {"DATABASE_URL": url, "POOL_SIZE": 1, "POOL_OVERFLOW": 1, "POOL_TIMEOUT_S": 1, "POOL_RECYCLE_S": 7}
        app = create_app(settings)
        with app.app_context():
            yield app
            db.engine.dispose()


def test_the_pool_is_as_large_as_the_settings_say(small_pool: Flask) -> None:
    with db.engine.connect(), db.engine.connect(), pytest.raises(TimeoutError, match="size 1 overflow 1"):
        db.engine.connect()
    assert small_pool.config["SQLALCHEMY_ENGINE_OPTIONS"]["pool_recycle"] == 7


def test_the_settings_of_the_pool_become_the_engines() -> None:
    settings = settings_of(Base, {"POOL_SIZE": "7", "POOL_OVERFLOW": "0", "POOL_TIMEOUT_S": "3"})
    options = engine_options(url_of("mysql://u@h/shop"), settings)
    numbers = [options[f"{name}"] for name in ("pool_size", "max_overflow", "pool_timeout", "pool_recycle")]
    assert numbers == [7, 0, 3, 120]
    assert options["pool_pre_ping"] is True


def url_of(text: str) -> URL:
    """Return what `DATABASE_URL=text` leads to."""
    return database_url({"DATABASE_URL": text}, INSTANCE)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", "sqlite:////srv/opsdesk/instance/opsdesk.sqlite3"),
        ("sqlite:///shop.db", "sqlite:////srv/opsdesk/instance/shop.db"),
        ("sqlite:///../shop.db", "sqlite:////srv/opsdesk/shop.db"),
        ("sqlite:////var/lib/shop.db", "sqlite:////var/lib/shop.db"),
        ("sqlite://", "sqlite://"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite:///file:/srv/shop.db?mode=ro&uri=true", "sqlite:///file:/srv/shop.db?mode=ro&uri=true"),
        ("mysql://u:p%40ss@h/shop", "mysql+pymysql://u:p%40ss@h/shop"),
        ("mariadb://u@h:3307/shop", "mariadb+pymysql://u@h:3307/shop"),
        ("mysql+pymysql://u@/shop?unix_socket=/run/s.sock", "mysql+pymysql://u@/shop?unix_socket=%2Frun%2Fs.sock"),
    ],
)
def test_a_url_is_completed(text: str, url: str) -> None:
    assert url_of(text) == make_url(url)


def test_the_instance_folder_may_have_any_name() -> None:
    folder = Path("/srv/50%25 off?")
    assert database_url({"DATABASE_URL": ""}, folder).database == "/srv/50%25 off?/opsdesk.sqlite3"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("shop", "DATABASE_URL is not a database URL"),
        ("mysql://u@h:many/shop", "DATABASE_URL is not a database URL"),
        ("mysql://u@h", "names a server and no database"),
        ("mysql://u@h/", "names a server and no database"),
        ("mysql://u:p@ss#word@h/shop", "has an @ inside its user or password"),
        ("oracel://u@h/shop", 'begins with "oracel", which is no database'),
        ("mysql+nodriver://u@h/shop", r'begins with "mysql\+nodriver", which is no database'),
        ("mysql+mysqldb://u@h/shop", "needs the Python module MySQLdb, which is not installed"),
    ],
)
def test_a_url_that_cannot_work_is_refused_without_its_password(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence) as refusal:
        url_of(text)
    assert "word" not in str(refusal.value).replace("password", "")


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    with sqlite_database(tmp_path / "new" / "folder") as url:
        create_app({"DATABASE_URL": url})
    assert (tmp_path / "new" / "folder").is_dir()


@on_sqlite  # the others look at foreign keys with each statement
def test_a_commit_that_fails_leaves_no_transaction_behind(empty_app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE acts (id INT PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE parts (act INT REFERENCES acts (id) DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(IntegrityError), db.engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO parts VALUES (2)")
        connection.commit()
    with db.engine.begin() as one, db.engine.connect() as two:
        one.exec_driver_sql("INSERT INTO acts VALUES (1)")
        assert two.exec_driver_sql("SELECT COUNT(*) FROM parts").scalar() == 0


@pytest.mark.parametrize(("console", "limits"), [(True, (5, 7)), (False, (10, None))])
def test_only_who_answers_requests_is_impatient_with_the_database(
    monkeypatch: pytest.MonkeyPatch, console: bool, limits: tuple[int, int | None]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://u@h/shop")
    monkeypatch.setenv("DATABASE_TIMEOUT_S", "7")
    arguments = create_app("testing", console).config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
    assert (arguments["connect_timeout"], arguments.get("read_timeout")) == limits
