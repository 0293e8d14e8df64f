"""Statements by their text."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.runner.sql.statements import Statement, kind_of, statement_of

BOTH = ("mysql", "sqlite")


def verb_and_tables(sql: str, dialect: str) -> tuple[str, tuple[str, ...]]:
    found = kind_of(sql, dialect)
    return found.verb, found.tables


@pytest.mark.parametrize(
    ("sql", "verb", "tables"),
    [
        ("insert into orders (a) values (1)", "insert", ("orders",)),
        ("INSERT INTO orders(a) VALUES (';', \"--\", '(')", "insert", ("orders",)),
        ("/* why */ -- and\n INSERT INTO `订单 表` VALUES (1);", "insert", ("订单 表",)),
        ('INSERT INTO "or""ders" SELECT * FROM customers', "insert", ('or"ders',)),
        ("INSERT INTO shop.orders SELECT 1", "insert", ("shop.orders",)),
        ("INSERT INTO `shop` . `orders` SELECT 1", "insert", ("shop.orders",)),
        ("REPLACE INTO orders VALUES (1)", "replace", ("orders",)),
        ("UPDATE orders SET a = 1", "update", ("orders",)),
        ("UPDATE orders AS o SET a = (SELECT max(b) FROM customers WHERE x = 'SET')", "update", ("orders",)),
        ("DELETE FROM orders", "delete", ("orders",)),
        ("DELETE FROM `orders` AS o WHERE EXISTS (SELECT 1 FROM customers)", "delete", ("orders",)),
        ("WITH old AS (SELECT 1), `delete` AS (SELECT 2) DELETE FROM orders", "delete", ("orders",)),
        ("WITH RECURSIVE n(i) AS (SELECT 1) SELECT * FROM n", "read", ()),
        ("(SELECT 1) UNION (SELECT 2)", "read", ()),
        ("SELECT 'DELETE FROM orders'", "read", ()),
        ("  -- nothing\n", "read", ()),
        ("COMMIT", "transaction", ()),
        ("rollback", "transaction", ()),
        ("BEGIN", "transaction", ()),
        ("SAVEPOINT a", "savepoint", ()),
        ("RELEASE SAVEPOINT a", "savepoint", ()),
        ("ROLLBACK TO SAVEPOINT a", "savepoint", ()),
        ("CREATE TABLE t (a INTEGER)", "ddl", ()),
        ("DROP TABLE t", "ddl", ()),
        ("ALTER TABLE t ADD b INTEGER", "ddl", ()),
        ("CREATE TEMPORARY TABLE IF NOT EXISTS t (a INTEGER)", "temporary", ("t",)),
        ("EXPLAIN DELETE FROM orders", "read", ()),
        ("FROBNICATE orders", "other", ()),
        ("SELECT 1; DELETE FROM orders", "other", ()),
        ("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; DELETE FROM c; END", "ddl", ()),
    ],
)
@pytest.mark.parametrize("dialect", BOTH)
def test_a_statement_is_known_by_its_text(sql: str, verb: str, tables: tuple[str, ...], dialect: str) -> None:
    assert verb_and_tables(sql, dialect) == (verb, tables)


@pytest.mark.parametrize(
    ("sql", "verb", "tables"),
    [
        ("INSERT IGNORE orders SET a = 1", "insert", ("orders",)),
        ("INSERT INTO orders VALUES ('it\\'s') # ; DROP", "insert", ("orders",)),
        ("UPDATE a JOIN b ON a.i = b.i SET a.x = b.x WHERE b.y = 1", "update", ("a",)),
        ("UPDATE a AS p LEFT JOIN shop.b q USING (i), c SET q.x = p.x, c.y = 1", "update", ("shop.b", "c")),
        ("UPDATE a, b SET x = 1", "update", ("a", "b")),
        ("UPDATE a JOIN (SELECT * FROM c) d ON a.i = d.i SET x = 1", "update", ("a",)),
        ("UPDATE LOW_PRIORITY IGNORE a SET x = IF(y, 1, 2), z = 3 ORDER BY x LIMIT 3", "update", ("a",)),
        ("DELETE a FROM a JOIN b ON a.i = b.i", "delete", ("a",)),
        ("DELETE p, q.* FROM a AS p JOIN b q JOIN c", "delete", ("a", "b")),
        ("DELETE FROM p, b USING a p INNER JOIN b WHERE p.i = b.i", "delete", ("a", "b")),
        ("DELETE QUICK FROM a WHERE x IN (SELECT 1) LIMIT 5", "delete", ("a",)),
        ("LOAD DATA LOCAL INFILE 'f' REPLACE INTO TABLE orders FIELDS TERMINATED BY ','", "replace", ("orders",)),
        ("LOAD DATA INFILE 'f' INTO TABLE shop.orders", "insert", ("shop.orders",)),
        ("/*!50000 CREATE TABLE t (a INTEGER) */", "ddl", ()),
        ("/*M!100100 INSERT INTO orders VALUES (1) */", "insert", ("orders",)),
        ("INSERT /*!50000 IGNORE */ INTO orders VALUES (1)", "insert", ("orders",)),
        ("CREATE /*!99999 TEMPORARY */ TABLE t (a INTEGER)", "other", ()),
        ("SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */", "other", ()),
        ("DROP TEMPORARY TABLE IF EXISTS a, `b`", "temporary", ("a", "b")),
        ("CREATE OR REPLACE TEMPORARY TABLE a SELECT 1", "temporary", ("a",)),
        ("START TRANSACTION READ ONLY", "transaction", ()),
        ("XA START 'a'", "transaction", ()),
        ("LOCK TABLES a WRITE", "transaction", ()),
        ("UNLOCK TABLES", "transaction", ()),
        ("SET autocommit = 1", "transaction", ()),
        ("SET NAMES utf8mb4, @@session.`autocommit` := 0", "transaction", ()),
        ("SET @done = 1", "setting", ()),
        ("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "setting", ()),
        ("SET GLOBAL max_connections = 1", "other", ()),
        ("SET @@global.max_connections = 1", "other", ()),
        ("SET STATEMENT max_statement_time = 1 FOR DELETE FROM a", "other", ()),
        ("SET PASSWORD = 'x'", "ddl", ()),
        ("TRUNCATE orders", "ddl", ()),
        ("GRANT ALL ON a TO b", "ddl", ()),
        ("CALL refresh()", "other", ()),
        ("ANALYZE TABLE a", "other", ()),
        ("ANALYZE DELETE FROM a", "other", ()),
        ("EXPLAIN ANALYZE SELECT 1", "other", ()),
        ("SHOW TABLES", "read", ()),
        ("SELECT 1 INTO @a", "read", ()),
    ],
)
def test_mysql_has_words_of_its_own(sql: str, verb: str, tables: tuple[str, ...]) -> None:
    assert verb_and_tables(sql, "mysql") == (verb, tables)


@pytest.mark.parametrize(
    ("sql", "verb", "tables"),
    [
        ("INSERT OR REPLACE INTO orders VALUES (1)", "replace", ("orders",)),
        ("INSERT OR IGNORE INTO [my orders] VALUES ('\\')", "insert", ("my orders",)),
        ("INSERT INTO main.orders DEFAULT VALUES", "insert", ("orders",)),
        ("UPDATE OR FAIL orders SET a = c.a FROM customers c WHERE c.i = orders.i", "update", ("orders",)),
        ("CREATE TEMP TABLE a AS SELECT 1", "temporary", ("a",)),
        ("CREATE TABLE temp.a (b)", "temporary", ("a",)),
        ("CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END", "ddl", ()),
        ("/*!50000 CREATE TABLE t (a INTEGER) */", "read", ()),
        ("PRAGMA table_info(orders)", "read", ()),
        ("PRAGMA main.user_version", "read", ()),
        ("PRAGMA user_version = 3", "other", ()),
        ("PRAGMA foreign_keys = ON", "setting", ()),
        ("PRAGMA wal_checkpoint", "other", ()),
        ("PRAGMA journal_mode(DELETE)", "other", ()),
        ("END TRANSACTION", "transaction", ()),
        ("VACUUM", "other", ()),
        ("ATTACH 'x' AS y", "other", ()),
    ],
)
def test_sqlite_has_words_of_its_own(sql: str, verb: str, tables: tuple[str, ...]) -> None:
    assert verb_and_tables(sql, "sqlite") == (verb, tables)


@pytest.mark.parametrize(
    ("sql", "mysql", "sqlite"),
    [
        ("CREATE TABLE t (a INTEGER)", True, False),
        ("ANALYZE", True, False),
        ("COMMIT", True, True),
        ("ROLLBACK", False, False),
        ("SAVEPOINT a", False, False),
        ("CREATE TEMPORARY TABLE t (a INTEGER)", False, False),
        ("INSERT INTO t VALUES (1)", False, False),
        ("CALL p()", False, False),
        ("SELECT 1", False, False),
    ],
)
def test_what_commits_behind_the_scenes_is_known(sql: str, mysql: bool, sqlite: bool) -> None:
    assert (kind_of(sql, "mysql").commits, kind_of(sql, "sqlite").commits) == (mysql, sqlite)


def test_upserts_and_returned_rows_are_known() -> None:
    assert kind_of("INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1", "mysql").upsert
    assert kind_of("INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 1", "sqlite").upsert
    assert not kind_of("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", "sqlite").upsert
    assert kind_of("DELETE FROM t RETURNING a", "sqlite").returning


def test_savepoints_have_their_name_and_statements_their_words() -> None:
    for sql in ("SAVEPOINT `Sp 1`", "RELEASE SAVEPOINT `sp 1`", "ROLLBACK WORK TO SAVEPOINT `SP 1`"):
        assert kind_of(sql, "mysql").savepoint == "sp 1"
    assert kind_of("drop /* it */ table t", "mysql").said == "drop table"
    assert kind_of("COMMIT", "mysql") == Statement("transaction", said="COMMIT", commits=True)


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize(
    "sql", ["'", '"', "(", ")", "/*", "`", "INSERT", "UPDATE", "DELETE FROM", "WITH", "UPDATE a,", "."]
)
def test_a_broken_statement_is_no_error_here(sql: str, dialect: str) -> None:
    kind_of(sql, dialect)


@pytest.mark.parametrize("dialect", BOTH)
def test_a_megabyte_is_read_in_a_moment(dialect: str) -> None:
    found = kind_of("INSERT INTO t VALUES " + ", ".join(["(1, 'it''s (one)', NULL)"] * 40_000), dialect)
    assert found == Statement("insert", ("t",), said="INSERT INTO")


def test_what_sqlalchemy_compiled_is_known_by_its_template() -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer))
    seen: list[Statement] = []
    engine = sa.create_engine("sqlite://")

    def see(_connection: object, _cursor: object, sql: str, _parameters: object, context: object, _many: bool) -> None:
        seen.append(statement_of(context, sql, "sqlite"))

    with engine.connect() as connection:
        table.create(connection)
        sa.event.listen(connection, "before_cursor_execute", see)
        connection.execute(table.insert().returning(table.c.a), [{"a": n} for n in range(5)])
        connection.execute(table.update().where(table.c.a.in_([1, 2])).values(a=3))
        connection.exec_driver_sql("DELETE FROM t")
    assert [(found.verb, found.tables) for found in seen] == [(verb, ("t",)) for verb in ("insert", "update", "delete")]
    engine.dispose()
