"""A scripts' folder of the test's own, and things to mend."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from tests.commands.script.mend import ADD, HEAD, Write


@pytest.fixture(autouse=True)
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder that the application, here and in processes, takes for that of the scripts."""
    folder = tmp_path / "project" / "offline_script"
    folder.mkdir(parents=True)
    monkeypatch.setenv("SCRIPTS_PATH", str(folder))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(folder.parent)
    return folder


@pytest.fixture
def write(scripts: Path, app: Flask) -> Write:
    """Write a script; one called `mend` if nothing else is said."""
    app.config["SCRIPTS_PATH"] = str(scripts)

    def write(body: str = ADD, declared: str = "", folder: str = "recycle", name: str = "mend") -> Path:
        path = scripts / folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + body.replace("{declared}", declared))
        return path

    return write


@pytest.fixture
def things(app: Flask) -> None:
    """Make a table of 25 things whose n is 0."""
    with db.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE things (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"))
        connection.execute(sa.text("INSERT INTO things VALUES (:i, 0)"), [{"i": i} for i in range(1, 26)])
