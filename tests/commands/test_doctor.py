"""`flask doctor`: what it finds and how to mend it, in a sound set-up and in broken ones; never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import make_url, text

from app.extensions import db
from app.services.checks.finding import ok
from tests.conftest import FlaskProcess

NAMES = {
    "sqlite": ["configuration", "database", "file", "journal", "foreign keys", "migrations", "secret key", "proxy",
               "folders", "compiled", "redis", "store"],
    "mysql": ["configuration", "database", "charset", "sql_mode", "engine", "local_infile", "locks", "cluster",
              "migrations", "secret key", "proxy", "folders", "compiled", "redis",
              "store"],
}  # fmt: skip


def checks(output: str) -> dict[str, dict[str, str]]:
    return {check["name"]: check for check in json.loads(output)["checks"]}


def test_a_sound_set_up_is_all_ticks(cli: FlaskCliRunner, backend: str) -> None:
    result = cli.invoke(args=["doctor"])
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert [line[2:16].strip() for line in lines] == NAMES[backend]
    assert [line[0] for line in lines] == ["✓"] * (len(lines) - 2) + ["–", "–"]


def test_json_has_all_checks(cli: FlaskCliRunner, backend: str) -> None:
    result = cli.invoke(args=["doctor", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["ok"] is True
    assert list(checks(result.stdout)) == NAMES[backend]
    assert checks(result.stdout)["migrations"]["state"] == "ok"
    assert checks(result.stdout)["redis"]["state"] == "not applicable"


def test_a_database_not_at_head_is_to_be_mended_by_initdb(empty_app: Flask, backend: str) -> None:
    db.engine.connect().close()  # SQLite makes the file
    result = empty_app.test_cli_runner().invoke(args=["doctor"])
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    at = NAMES[backend].index("migrations")
    assert lines[at].startswith("✗ migrations    at nothing; head is ")
    assert lines[at + 1] == " " * 16 + "flask initdb"


def test_a_database_of_newer_code_says_so(app: Flask, cli: FlaskCliRunner) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'feedbeef'"))
    result = cli.invoke(args=["doctor", "--json"])
    assert result.exit_code == 1
    found = checks(result.stdout)["migrations"]
    assert "feedbeef, which this code does not know" in found["what"]
    assert "check out" in found["mend"]


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
@pytest.mark.parametrize(
    ("port", "what", "mend"),
    [(None, "refuses this user or password", "DATABASE_URL"), (9, "Nothing answers at ", "Is the server running")],
    ids=["wrong password", "stopped server"],
)
def test_a_database_that_cannot_be_reached_fails_alone(
    database_url: str,
    flask_process: FlaskProcess,
    monkeypatch: pytest.MonkeyPatch,
    port: int | None,
    what: str,
    mend: str,
) -> None:
    url = make_url(database_url).set(password="wrong")
    url = url.set(port=port) if port else url
    monkeypatch.setenv("DATABASE_URL", url.render_as_string(hide_password=False))
    result = flask_process("doctor", "--json")
    assert (result.returncode, result.stderr) == (1, "")
    assert "wrong" not in result.stdout
    found = checks(result.stdout)
    assert found["database"]["state"] == "problem"
    assert what in found["database"]["what"]
    assert mend in found["database"]["mend"]
    states = {name: found[name]["state"] for name in NAMES["mysql"][2:7]}
    assert states == dict.fromkeys(NAMES["mysql"][2:7], "not checked")
    assert found["secret key"]["state"] == "ok"


def test_a_database_that_does_not_exist_is_not_made(
    flask_process: FlaskProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "nowhere.sqlite3"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    result = flask_process("doctor")
    assert (result.returncode, result.stderr) == (1, "")
    assert f"✗ database      there is no {path} yet\n                flask initdb\n" in result.stdout
    assert "– migrations    not checked" in result.stdout
    assert not path.exists()


def test_it_runs_in_a_production_that_refuses_to_start(
    app: Flask, flask_process: FlaskProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_CONFIG", "production")
    result = flask_process("doctor")
    assert (result.returncode, result.stderr) == (1, "")
    assert "✗ configuration production: SECRET_KEY is not set." in result.stdout
    assert "✗ secret key    not set" in result.stdout
    assert "✓ migrations" in result.stdout


def test_a_file_that_is_no_database_is_a_problem(
    flask_process: FlaskProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "x.sqlite3").write_text("this is not a database" * 100)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'x.sqlite3'}")
    result = flask_process("doctor")
    assert (result.returncode, result.stderr) == (1, "")
    assert "✗ database" in result.stdout
    assert "file is not a database" in result.stdout


def test_a_check_that_fails_itself_is_a_problem_and_the_others_go_on(
    cli: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.services.checks import table

    monkeypatch.setitem(table.FIRST, "configuration", lambda _app: 1 / 0)
    monkeypatch.setitem(table.LAST, "redis", lambda _app: ok("still here"))
    result = cli.invoke(args=["doctor", "--json"])
    assert result.exit_code == 1
    assert "ZeroDivisionError" in checks(result.stdout)["configuration"]["what"]
    assert checks(result.stdout)["redis"]["what"] == "still here"
