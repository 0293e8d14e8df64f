"""The life of a script, as typed: new, edit, dry run, apply, promote, run, retire; its history is one."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from tests.project_copy import copy_project, run_manage

EDITED = '''"""Raise the amount of every new order."""

from __future__ import annotations

import click
from sqlalchemy import select

from app.models import Order
from app.runner import script


@script(owner="li")
@click.option("--by", type=int, required=True, help="Raise by this much.")
def main(run, by):
    query = select(Order).where(Order.status == "new")
    for batch in run.batches(query, key=Order.order_no, size=2):
        for order in batch:
            order.amount += by


if __name__ == "__main__":
    main()
'''
ORDER = (
    "INSERT INTO orders (order_no, customer, item, quantity, amount, status, created_at)"
    " VALUES (:no, '李雷', 'tea', 1, 10, 'new', '2026-11-01 10:00:00')"
)


@pytest.fixture
def project(app: Flask, tmp_path: Path) -> Path:
    """Copy the project into a git checkout, with five new orders in its database; give its manage.py."""
    with db.engine.begin() as connection:
        connection.execute(sa.text(ORDER), [{"no": f"A{i}"} for i in range(5)])
    manage = copy_project(tmp_path / "project")
    git(manage.parent, "init", "--quiet")
    git(manage.parent, "add", ".")
    git(manage.parent, "commit", "--quiet", "--message", "Begin")
    return manage


def git(folder: Path, *args: str) -> str:
    """Run git and return what it prints."""
    env = {
        **os.environ,
        **{f"GIT_{who}_{what}": "li@x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    return subprocess.run(["git", *args], cwd=folder, env=env, check=True, capture_output=True, text=True).stdout


def amounts() -> list[int]:
    """Return the amounts of all orders."""
    with db.engine.connect() as connection:
        return [int(amount) for amount in connection.scalars(sa.text("SELECT amount FROM orders ORDER BY order_no"))]


def test_a_script_from_new_to_retired(project: Path) -> None:
    def flask(*args: str, code: int = 0) -> str:
        done = run_manage(project, *args, SCRIPTS_PATH="")
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    name = f"ts_{date.today():%Y_%m_%d}_raise_amounts"
    flask("script", "new", "raise_amounts", "--owner", "li")
    file = project.parent / "offline_script" / "li" / f"{name}.py"
    file.write_text(EDITED)
    assert (project.parent / "tests" / "offline_script" / "li" / f"test_{name}.py").exists()
    flask("script", "lint")
    git(project.parent, "add", ".")
    git(project.parent, "commit", "--quiet", "--message", "Raise amounts")

    said = flask("script", "run", name, "--by", "5", "--dry-run")
    assert "amount: 10" in said
    assert "→ 15" in said
    assert amounts() == [10] * 5
    assert "--apply 1" in said
    flask("script", "run", name, "--apply", "1")
    assert amounts() == [15] * 5

    flask("script", "promote", name)
    assert not file.exists()
    assert "R " in git(project.parent, "status", "--porcelain")
    flask("script", "lint")
    flask("script", "run", "raise_amounts", "--by", "1")
    assert amounts() == [16] * 5

    flask("script", "retire", "raise_amounts")
    assert "retired" in flask("script", "run", "raise_amounts", "--by", "1", code=5)
    flask("script", "run", "raise_amounts", "--by", "1", "--force")
    assert amounts() == [17] * 5

    history = json.loads(flask("runs", "list", "--json"))
    assert [(run["name"], run["script_id"], run["dry_run"]) for run in history] == [
        ("raise_amounts", name, False),
        ("raise_amounts", name, False),
        (name, name, False),
        (name, name, True),
    ]
    assert "No problems" in flask("runs", "verify")
