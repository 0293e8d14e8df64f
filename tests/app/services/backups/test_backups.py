"""A backup is restored elsewhere: the rows, the ledger, and all that an import needs to be undone."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import URL, make_url, text

from app import create_app
from app.extensions import db
from app.services import runs
from tests.databases import mysql_connection, mysql_database, sqlite_database
from tests.faults.small_disk import fill, small_disk
from tests.project_copy import ROOT

ORDERS = ROOT / "examples" / "orders.xlsx"
PASSWORD = 'it\'s "quoted" \\b #1 = ; %41 '  # ASCII: PyMySQL takes no more
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def ok(done: Result) -> str:
    """Return the stdout of a command, which must have succeeded."""
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


@contextmanager
def elsewhere(backend: str, folder: Path, store: Path | None = None) -> Iterator[Flask]:
    """Give another installation, which has nothing yet; `store` is the folder that it shares with other hosts."""
    folder.mkdir()
    if store is not None:
        store.mkdir()
    with mysql_database() if backend == "mysql" else sqlite_database(folder) as url:
        places = {"INSTANCE_PATH": str(folder / "instance"), "STORE_URL": f"file://{store}" if store else ""}
        app = create_app({"DATABASE_URL": url, "TESTING": True, **places}, False)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def backup(cli: FlaskCliRunner, tmp_path: Path) -> Path:
    """Import a sheet, run a script, and make a backup."""
    ok(cli.invoke(args=["import-excel", str(ORDERS), "orders"]))
    ok(cli.invoke(args=["script", "run", "purge_runs"]))
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE orders SET note = :note WHERE quantity = 1"), {"note": "订单 🙂 'x' \\ \n\0"})
    return Path(ok(cli.invoke(args=["backup", str(tmp_path / "backups")])))


def orders() -> list[tuple]:
    """Return the rows of the table."""
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT * FROM orders ORDER BY order_no"))]


def test_elsewhere_it_is_all_there_and_an_import_can_be_undone(backend: str, backup: Path, tmp_path: Path) -> None:
    before, head, script = orders(), runs.verify().head, runs.newest(1)[0]
    with elsewhere(backend, tmp_path / "elsewhere") as app:
        cli = app.test_cli_runner()
        ok(cli.invoke(args=["restore", str(backup)]))
        assert orders() == before
        ok(cli.invoke(args=["runs", "verify", "--head", head]))
        assert runs.newest(1)[0].arguments == {"restored": backup.name}
        assert runs.folder_of(script.id, script.token).log.read_text()
        ok(cli.invoke(args=["runs", "undo", "1", "--yes", "--keep-changed"]))
        assert {row for row in before if row not in orders()}, "nothing was undone"
        assert runs.verify().problems == []


def test_it_is_for_this_user_alone_and_the_secret_key_is_not_in_it(backup: Path) -> None:
    for path in (backup, *backup.rglob("*")):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    manifest = json.loads((backup / "manifest.json").read_text())
    assert set(manifest["sha256"]) == {path.name for path in backup.iterdir()} - {"manifest.json"}


@on_sqlite
def test_what_is_damaged_or_would_overwrite_is_refused(cli: FlaskCliRunner, backup: Path, tmp_path: Path) -> None:
    refused = cli.invoke(args=["restore", str(backup)])
    assert refused.exit_code == 1
    assert "has tables already. Nothing was done." in refused.stderr
    copy = backup / "database.sqlite3"
    copy.write_bytes(copy.read_bytes()[:-1])
    with elsewhere("sqlite", tmp_path / "elsewhere") as app:
        damaged = app.test_cli_runner().invoke(args=["restore", str(backup)])
        assert damaged.exit_code == 3
        assert not Path(str(db.engine.url.database)).exists()
    (backup / "manifest.json").unlink()
    assert cli.invoke(args=["restore", str(backup)]).exit_code == 1


@on_sqlite
@pytest.mark.usefixtures("backend")
def test_the_files_that_hosts_share_are_there_again(tmp_path: Path) -> None:
    with elsewhere("sqlite", tmp_path / "first", tmp_path / "shared") as app:
        flask = app.test_cli_runner()
        ok(flask.invoke(args=["initdb"]))
        ok(flask.invoke(args=["import-excel", str(ORDERS), "orders"]))
        backup = ok(flask.invoke(args=["backup", str(tmp_path / "backups")]))
    with elsewhere("sqlite", tmp_path / "alone") as app:
        refused = app.test_cli_runner().invoke(args=["restore", backup])
        assert (refused.exit_code, Path(str(db.engine.url.database)).exists()) == (1, False)
        assert "STORE_URL names none. Nothing was done." in refused.stderr
    with elsewhere("sqlite", tmp_path / "second", tmp_path / "mounted") as app:
        ok(app.test_cli_runner().invoke(args=["restore", backup]))
    kept = [
        {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "shared", tmp_path / "mounted")
    ]
    assert kept[0]
    assert kept[0] <= kept[1]


@on_sqlite
def test_a_full_disk_is_the_backups_and_nothing_is_kept(cli: FlaskCliRunner, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        filler = fill(disk, but=16_384)
        refused = cli.invoke(args=["backup", str(disk / "backups")])
        assert refused.exit_code == 1
        assert f"The disk of the backup is full: {disk / 'backups'}\n" in refused.stderr
        filler.unlink()
        assert list((disk / "backups").iterdir()) == []


@on_sqlite
def test_older_backups_go_but_nothing_else(cli: FlaskCliRunner, backup: Path) -> None:
    older = [backup.with_name(f"opsdesk-202001{day:02}T030000Z") for day in (1, 2, 3)]
    for path in older:
        shutil.copytree(backup, path)
    others = [backup.with_name("opsdesk-notes"), backup.with_name("other")]
    for path in others:
        path.mkdir()
    shutil.rmtree(backup)
    made = Path(ok(cli.invoke(args=["backup", str(backup.parent), "--keep", "2"])))
    assert set(backup.parent.iterdir()) == {made, older[-1], *others}


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_a_password_of_any_kind_is_no_matter_and_on_no_command_line(
    database_url: str, app: Flask, tmp_path: Path
) -> None:
    url = make_url(database_url)
    with mysql_connection() as server, server.cursor() as cursor:
        name = f"backup_{url.database}"[:32]
        cursor.execute(f"CREATE USER '{name}'@'%%' IDENTIFIED BY %s", (PASSWORD,))
        try:
            cursor.execute(f"GRANT ALL ON {url.database}.* TO '{name}'@'%'")
            theirs = url.set(username=name, password=PASSWORD)
            ok(backed_up(theirs, tmp_path / "right"))
            failed = backed_up(theirs.set(password="another"), tmp_path / "wrong")
            assert failed.exit_code == 1
            assert "refuses this user or password" in failed.stderr
        finally:
            cursor.execute(f"DROP USER '{name}'@'%'")


def backed_up(url: URL, folder: Path) -> Result:
    """Make a backup as whoever a URL names."""
    another = create_app({"DATABASE_URL": url.render_as_string(hide_password=False)}, False)
    with another.app_context():
        done = another.test_cli_runner().invoke(args=["backup", str(folder)])
        db.engine.dispose()
    return done
