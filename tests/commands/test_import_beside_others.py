"""`flask import-excel` while other sessions write to the same tables, on MariaDB."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner

from app.extensions import db
from app.models import BeforeImage
from app.models.base import utc_now
from app.models.before_image import UPDATED
from app.services import runs
from tests.importing import Book, Importer, rows_of, sql

pytestmark = pytest.mark.parametrize("backend", ["mysql"], indirect=True)

HEADERS = ["k", "a"]
WAITING = (
    "SELECT COUNT(*) FROM information_schema.innodb_trx t JOIN information_schema.processlist p"
    " ON p.id = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()"
)


@pytest.fixture
def table(app: Flask) -> str:
    """Make a table of three rows."""
    sql("CREATE TABLE t (k INT PRIMARY KEY, a INT)", "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)")
    return "t"


@contextmanager
def written_once_awaited(*statements: str) -> Iterator[None]:
    """Carry statements out beforehand, and commit them when somebody waits for their locks."""
    engine = db.engine
    with engine.connect() as writer, engine.connect() as watcher:
        for statement in statements:
            writer.exec_driver_sql(statement)

        def commit() -> None:
            end = time.monotonic() + 30
            while not watcher.scalar(sa.text(WAITING)) and time.monotonic() < end:
                watcher.rollback()
                time.sleep(0.15)  # InnoDB keeps what it shows for as long as it is asked within 0.1 s
            writer.commit()

        thread = threading.Thread(target=commit)
        thread.start()
        yield
        thread.join()


@pytest.mark.parametrize("mode", ["upsert", "replace"])
def test_undo_brings_back_what_was_there_last(
    mode: str, table: str, book: Book, import_excel: Importer, cli: FlaskCliRunner
) -> None:
    """Rows are kept as they are when they are locked, and not as they were when the import began."""
    with written_once_awaited("UPDATE t SET a = 10 WHERE k = 1", "UPDATE t SET a = 30 WHERE k = 3"):
        done = import_excel(book([HEADERS, [1, 100], [2, 2]]), table, "--mode", mode, "--yes")
    assert done.exit_code == 0, done.stderr
    undone = cli.invoke(args=["runs", "undo", str(runs.newest(1)[0].id), "--yes"])
    assert undone.exit_code == 0, undone.stderr
    assert rows_of(table) == [(1, 10), (2, 2), (3, 30)]


def test_imports_into_two_tables_do_not_wait_for_each_other(table: str, book: Book, import_excel: Importer) -> None:
    """What another import keeps for its undo is not committed yet, and old images are to go."""
    assert import_excel(book([HEADERS, [1, 5]]), table, "--mode", "upsert").exit_code == 0
    sql(f"UPDATE runs SET started_at = '{utc_now() - timedelta(days=100):%Y-%m-%d}'")
    with db.engine.connect() as other:
        other.execute(
            sa.insert(BeforeImage), {"run_id": 999, "number": 0, "change": UPDATED, "columns": [], "rows": b""}
        )
        result = import_excel(book([HEADERS, [2, 5]], "b.xlsx"), table, "--mode", "upsert")
        assert result.exit_code == 0, result.stderr
        other.rollback()
    assert len(rows_of("before_images", "run_id")) == 1
