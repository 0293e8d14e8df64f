"""`flask initdb`: what it says, what it asks, what it exits with."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from app.extensions import db
from app.services import database
from tests.conftest import ROOT, FlaskProcess

REFUSED = 5


@pytest.fixture
def empty_cli(empty_app: Flask) -> FlaskCliRunner:
    return empty_app.test_cli_runner()


def test_it_says_what_was_done_and_then_that_nothing_was_to_do(empty_cli: FlaskCliRunner, tmp_path: Path) -> None:
    extra = tmp_path / "extra.sql"
    extra.write_text("INSERT INTO customers (name) VALUES ('x')")
    first = empty_cli.invoke(args=["initdb", "--sql", str(extra)])
    assert (first.exit_code, first.stdout) == (0, "")
    assert "Migrated from nothing to " in first.stderr
    assert first.stderr.endswith(f"Loaded sql/10_customers.sql.\nLoaded {extra}.\n")
    second = empty_cli.invoke(args=["initdb", "--sql", str(extra)])
    assert (second.exit_code, second.stdout) == (0, "")
    assert second.stderr.startswith("Nothing to do: ")
    assert "2 SQL file(s) loaded before" in second.stderr
    extra.write_text("INSERT INTO customers (name) VALUES ('y')")
    third = empty_cli.invoke(args=["initdb", "--sql", str(extra)])
    assert (third.exit_code, third.stderr) == (0, f"Loaded {extra}.\nSkipped sql/10_customers.sql: loaded before.\n")


def test_an_error_in_a_file_is_one_sentence_its_statement_and_what_is_kept(
    empty_cli: FlaskCliRunner, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.sql"
    bad.write_text("SELECT 1;\nINSERT INTO nowhere\nVALUES (1);")
    result = empty_cli.invoke(args=["initdb", "--sql", str(bad)])
    assert result.exit_code == 1
    error, statement, _kept = result.stderr.splitlines()
    assert error.startswith(f"Error: {bad}, line 2: ")
    assert statement == "INSERT INTO nowhere VALUES (1)"


@pytest.mark.parametrize("drop", [[], ["--drop", "--yes"]])
def test_a_missing_file_is_wrong_usage_before_anything_is_done(cli: FlaskCliRunner, drop: list[str]) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO customers (name) VALUES ('mine')"))
    result = cli.invoke(args=["initdb", *drop, "--sql", "nowhere.sql"])
    assert result.exit_code == 2
    assert "nowhere.sql" in result.stderr
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM customers")).scalars().all() == ["mine"]


def test_dropping_without_a_terminal_names_the_flag(cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["initdb", "--drop"], input="y\n")
    assert result.exit_code == REFUSED
    assert result.stderr.startswith("Refused: This drops the database ")
    assert "Nothing was dropped." in result.stderr
    assert "--yes" in result.stderr
    assert database.revisions().at_head


def test_yes_drops(cli: FlaskCliRunner) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO customers (name) VALUES ('mine')"))
    result = cli.invoke(args=["initdb", "--drop", "--yes"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("Dropped ")
    with db.engine.connect() as connection:
        assert "mine" not in connection.execute(text("SELECT name FROM customers")).scalars().all()


@pytest.mark.parametrize(
    ("backend", "config", "answer", "code", "last"),
    [
        ("sqlite", "testing", "n", REFUSED, "Refused: Nothing was dropped."),
        ("mysql", "testing", "", REFUSED, "Refused: Nothing was dropped."),
        ("sqlite", "testing", "y", 0, "Loaded sql/10_customers.sql."),
        ("mysql", "production", "y", REFUSED, "Refused: Nothing was dropped."),
        ("mysql", "production", "NAME", 0, "Loaded sql/10_customers.sql."),
    ],
    indirect=["backend"],
)
def test_on_a_terminal_it_asks(app: Flask, config: str, answer: str, code: int, last: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO customers (name) VALUES ('mine')"))
    db.engine.dispose()
    env = {**os.environ, "FLASK_CONFIG": config, "SECRET_KEY": "k3Y" * 20}
    child = pexpect.spawn(
        sys.executable, [str(ROOT / "manage.py"), "initdb", "--drop"], env=env, encoding="utf-8", timeout=60
    )
    child.expect(database.name())
    child.expect("to go on:" if config == "production" else "Go on?")
    child.sendline(database.name() if answer == "NAME" else answer)
    child.expect(pexpect.EOF)
    child.wait()  # close() waits a moment only
    child.close()
    assert child.exitstatus == code
    assert last in child.before
    with db.engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM customers")).scalars().all()
    assert ("mine" in names) is (code != 0)


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_a_database_that_does_not_exist_is_made(app: Flask, flask_process: FlaskProcess) -> None:
    database.drop()
    done = flask_process("initdb")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith(f"Created {database.name()}@")
    again = flask_process("initdb")
    assert (again.returncode, again.stdout) == (0, "")
    assert again.stderr.startswith("Nothing to do: ")


def test_a_server_that_is_away_is_an_error_of_two_lines(
    flask_process: FlaskProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql+pymysql://root:hunter2@127.0.0.1:9/shop")
    result = flask_process("initdb")
    assert result.returncode == 1
    assert result.stderr.startswith("Error: Nothing answers at shop@127.0.0.1")
    assert "hunter2" not in result.stderr
    assert len(result.stderr.splitlines()) == 2
