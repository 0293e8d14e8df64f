"""Every odd and hostile workbook ends in rows or in a clear error: in time, in bounds, all or nothing."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.extensions import db
from app.services import database
from tests.conftest import SHARED_DATA
from tests.databases import mysql_database, sqlite_database

ODD = SHARED_DATA / "odd"
FILES = sorted(path.relative_to(ODD) for path in ODD.rglob("*.*")) if ODD.exists() else []
WITHIN_S = 20
CLEAR = re.compile(r"^(Error|Refused|Nothing was written): \S.{10,}", re.MULTILINE)

pytestmark = pytest.mark.skipif(not FILES, reason=f"the odd workbooks are not at {SHARED_DATA}")


@pytest.fixture(scope="module", params=["sqlite", "mysql"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Give an application on one database for all files."""
    folder = tmp_path_factory.mktemp("odd")
    with mysql_database() if request.param == "mysql" else sqlite_database(folder) as url:
        app = create_app({"DATABASE_URL": url, "INSTANCE_PATH": str(folder), "SECRET_KEY": "x" * 40})
        with app.app_context():
            database.migrate()
            yield app
            db.engine.dispose()


@pytest.mark.parametrize("file", FILES, ids=str)
def test_odd_file_ends_in_rows_or_in_a_clear_error(file: Path, shop: Flask) -> None:
    table = f"odd_{FILES.index(file)}"
    started = time.monotonic()
    result = shop.test_cli_runner().invoke(args=["import-excel", str(ODD / file), table, "--create", "--yes", "--json"])
    assert time.monotonic() - started < WITHIN_S
    assert "Traceback" not in result.output
    assert "Unexpected" not in result.output
    tables = sa.inspect(db.engine).get_table_names()
    if result.exit_code == 0:
        with db.engine.connect() as connection:
            assert connection.scalar(sa.text(f"SELECT COUNT(*) FROM {table}")) == json.loads(result.stdout)["rows"]
        return
    assert result.exit_code in (1, 3), result.stderr
    assert table not in tables, "half of a table was left behind"
    assert CLEAR.search(result.stderr), result.stderr
