"""The disk is full in the middle of an import: nothing is written, and it says so; with room again it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.extensions import db
from tests.faults.checked import check_all_or_none
from tests.faults.conftest import Target, target
from tests.faults.small_disk import fill, small_disk
from tests.private_server import private_server

# What a disk holds, in megabytes, and the bytes that are left on it: the ledger has room, the rows have none.
DISK_MB = {"sqlite": 8, "mysql": 160}
LEFT = {"sqlite": 128 << 10, "mysql": 0}


@pytest.fixture
def disk(backend: str, tmp_path: Path) -> Iterator[Path]:
    """Mount a small disk."""
    with small_disk(tmp_path / "disk", DISK_MB[backend]) as folder:
        yield folder


@pytest.fixture
def database_url(backend: str, disk: Path) -> Iterator[str]:
    """Give the URL of an empty database on it."""
    if backend == "sqlite":
        yield f"sqlite:///{disk / 'test.sqlite3'}"
        return
    with private_server(disk, "--innodb-log-file-size=4M") as server:
        yield server.url


@pytest.fixture
def many(app: Flask, backend: str) -> Target:
    """Make the target, as small as it can be on the disk."""
    made = target()
    if backend == "mysql":
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE many FORCE")
    return made


def test_a_full_disk_is_one_sentence_and_nothing_is_written(
    many: Target, cli: FlaskCliRunner, workbook: Path, disk: Path, backend: str
) -> None:
    filler = fill(disk, LEFT[backend])
    result = cli.invoke(args=["import-excel", str(workbook), "many"])
    assert result.exit_code == 1, result.stderr
    assert re.search("^Error: .*disk is full.*: ", result.stderr, re.MULTILINE)
    assert "Make room and try again; nothing was committed." in result.stderr
    assert "Traceback" not in result.stderr
    assert check_all_or_none(many.before, many.after).state == "failed"
    filler.unlink()
    result = cli.invoke(args=["import-excel", str(workbook), "many"])
    assert result.exit_code == 0, result.stderr
    assert check_all_or_none(many.before, many.after).state == "succeeded"
