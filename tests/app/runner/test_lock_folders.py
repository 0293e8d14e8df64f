"""Where the locks of a SQLite database lie: beside its file, however its URL names that."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.runner import locks
from app.runner.lock_folders import folder_of_database
from tests.app.runner.lock_holders import holder, is_free

NAME = locks.name_of_script("export_order")
pytestmark = pytest.mark.filterwarnings("ignore:Selection of the SingletonThreadPool")  # of a memory database by URI


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///{folder}/my shop.db",
        "sqlite:///file:{folder}/my shop.db?uri=true",
        "sqlite:///file:{folder}/my%2520shop.db?uri=true&mode=rwc",
        "sqlite:///file://{folder}/my shop.db?uri=true",
        "sqlite:///{folder}/link.db",
    ],
)
def test_it_is_beside_the_file_that_sqlite_opens(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "my shop.db")
    engine = sa.create_engine(url.format(folder=tmp_path))
    with engine.connect() as connection:
        opened = connection.exec_driver_sql("PRAGMA database_list").one()[2]
    monkeypatch.chdir("/")
    assert folder_of_database(engine) == Path(f"{opened}-locks") == tmp_path / "my shop.db-locks"
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true", "sqlite:///file:x?mode=memory&uri=true"],
)
def test_a_memory_database_is_this_processs_alone(url: str) -> None:
    folder = folder_of_database(sa.create_engine(url))
    assert (folder.parent, str(os.getpid()) in folder.name) == (Path(tempfile.gettempdir()), True)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_processes_in_other_folders_share_the_locks(database_url: str, tmp_path: Path) -> None:
    path = sa.make_url(database_url).database
    engine = sa.create_engine(f"sqlite:///file:{path}?uri=true")
    (tmp_path / "elsewhere").mkdir()
    with holder(engine, NAME, cwd=tmp_path / "elsewhere") as (_, has_it):
        assert has_it
        assert not is_free(engine, NAME)
        assert locks.acquire(engine, NAME) is None
    engine.dispose()
