"""Scripts of the test's own, and 25 things that they mend."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db

ROWS = 25


@pytest.fixture
def scripts(app: Flask, tmp_path: Path) -> Path:
    """Give the folder of the application's scripts, which is empty, and the table `things`."""
    folder = tmp_path / "project" / "offline_script"
    folder.mkdir(parents=True)
    app.config["SCRIPTS_PATH"] = str(folder)
    with db.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE things (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"))
        connection.execute(sa.text("INSERT INTO things VALUES (:i, 0)"), [{"i": i} for i in range(1, ROWS + 1)])
    return folder
