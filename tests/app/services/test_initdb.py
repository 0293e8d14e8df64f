"""initdb: made, migrated, seeded; twice is the same as once."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, text

from app.errors import Conflict, Failed, Refused
from app.extensions import db
from app.models import Customer
from app.services import database, runs
from app.services.initdb import SEEDS, initdb
from tests.databases import MYSQL_URL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "sql"
    folder.mkdir()
    (folder / "20_b.sql").write_text("UPDATE customers SET city = 'x';")
    (folder / "10_a.sql").write_text("INSERT INTO customers (name) VALUES ('a'), ('b');")
    return folder


def customers() -> int:
    with db.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(Customer)).scalar_one()


def test_all_is_done_once_and_recorded(empty_app: Flask, folder: Path) -> None:
    done = initdb(folder=folder)
    assert done.created is (db.engine.dialect.name == "sqlite")
    assert (done.from_revision, done.to_revision) == (None, database.revisions().head)
    assert done.loaded == [str(folder / "10_a.sql"), str(folder / "20_b.sql")]
    (run,) = runs.newest(10)
    assert (run.kind, run.state, run.rows) == ("initdb", "succeeded", {"seeds": {"inserted": 2}})
    assert customers() == 2
    again = initdb(folder=folder)
    assert not again.changed
    assert again.skipped == done.loaded
    assert len(runs.newest(10)) == 1
    assert customers() == 2


def test_the_run_began_when_initdb_did(empty_app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.models.base import utc_now

    before = utc_now()
    migrate = database.migrate
    moments = []
    monkeypatch.setattr(database, "migrate", lambda: (moments.append(utc_now()), migrate()))
    initdb(folder=folder)
    assert before <= runs.get(1).started_at <= moments[0]


def test_the_same_content_is_loaded_once_whatever_its_name(empty_app: Flask, folder: Path) -> None:
    copy = folder.parent / "copy.sql"
    shutil.copy(folder / "10_a.sql", copy)
    done = initdb([copy, copy], folder=folder)
    assert [Path(name).name for name in done.loaded] == ["10_a.sql", "20_b.sql"]
    assert done.skipped == [str(copy), str(copy)]
    assert customers() == 2


def test_after_a_failure_the_rest_is_loaded_next_time(empty_app: Flask, folder: Path) -> None:
    (folder / "15_bad.sql").write_text("INSERT INTO nowhere VALUES (1);")
    with pytest.raises(Failed, match=r"15_bad\.sql, line 1"):
        initdb(folder=folder)
    assert runs.newest(1)[0].state == "failed"
    assert runs.newest(1)[0].rows == {"seeds": {"inserted": 1}}
    (folder / "15_bad.sql").write_text("SELECT 1;")
    assert [Path(name).name for name in initdb(folder=folder).loaded] == ["15_bad.sql", "20_b.sql"]
    assert customers() == 2


def test_dropping_starts_anew(empty_app: Flask, folder: Path) -> None:
    initdb(folder=folder)
    done = initdb(drop=True, folder=folder)
    assert done.dropped
    assert done.created
    assert len(done.loaded) == 2
    assert customers() == 2
    assert len(runs.newest(10)) == 1


def test_the_folder_of_the_project_loads(empty_app: Flask) -> None:
    assert initdb(folder=SEEDS).loaded[0] == "sql/10_customers.sql"
    with db.engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM customers ORDER BY id")).scalars().all()
    assert names == ["上海晨光贸易有限公司", "Hansen & Søn", "O'Brien Supplies"]


def test_a_dump_of_all_of_opsdesk_goes_into_an_empty_database_only(empty_app: Flask, folder: Path) -> None:
    initdb(folder=folder)
    with runs.recorded("import", "june.xlsx", {}):
        pass
    dump = whole_dump(folder.parent / "backup.sql")
    with pytest.raises(Refused, match=r"backup\.sql, line [0-9]+: this would replace alembic_version"):
        initdb([dump], folder=folder)
    assert runs.newest(1)[0].state == "failed"
    done = initdb([dump], drop=True, folder=folder)
    assert done.loaded == [str(dump)]
    assert [run.kind for run in runs.newest(10)] == ["initdb", "import", "initdb"]
    assert customers() == 2
    assert not initdb([dump], folder=folder).changed


def whole_dump(path: Path) -> Path:
    if db.engine.dialect.name == "sqlite":
        with sqlite3.connect(str(db.engine.url.database)) as source:
            path.write_text("PRAGMA foreign_keys=OFF;\n" + "\n".join(source.iterdump()))
        source.close()
        return path
    program = shutil.which("mariadb-dump") or shutil.which("mysqldump")
    if program is None:
        pytest.skip("neither mariadb-dump nor mysqldump is on PATH")
    server = [f"--host={MYSQL_URL.host}", f"--port={MYSQL_URL.port or 3306}", f"--user={MYSQL_URL.username or 'root'}"]
    command = [program, *server, f"--result-file={path}", str(db.engine.url.database)]
    subprocess.run(command, check=True, env={"MYSQL_PWD": str(MYSQL_URL.password or "")})
    return path


def test_a_database_with_tables_of_the_same_names_is_left_alone(empty_app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE orders (id INT)"))
    with pytest.raises(Conflict, match="orders"):
        initdb()
    assert inspect(db.engine).get_table_names() == ["orders"]
