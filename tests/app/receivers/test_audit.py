"""An audit line for each signal: who, what, which; no password, no value of a cell."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app import signals
from app.asker import Asker, asking
from app.logs import JsonFormatter
from tests.importing import sql


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Catch the application's log, INFO as in production."""
    logging.getLogger("app").propagate = True
    caplog.set_level(logging.INFO, logger="app")
    return caplog


def audit(lines: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """Return the audit lines as production writes them."""
    records = [record for record in lines.records if record.name == "app.audit"]
    return [json.loads(JsonFormatter().format(record)) for record in records]


def test_a_line_says_who_what_and_which(app: Flask, lines: pytest.LogCaptureFixture) -> None:
    with asking(Asker("li", "r-17")):
        signals.send(signals.user_signed_in, user=3, name="li", address="198.51.100.7")
        signals.send(signals.rows_changed, table="orders", run=7)
    signed_in, changed = audit(lines)
    assert (
        signed_in.items()
        >= {
            "message": "user signed in",
            "operator": "li",
            "request_id": "r-17",
            "user": 3,
            "what": "li",
            "address": "198.51.100.7",
        }.items()
    )
    assert changed.items() >= {"message": "rows changed", "table": "orders", "run": 7}.items()


def test_an_import_leaves_its_moves_and_its_table_and_no_cells(
    app: Flask, cli: FlaskCliRunner, tmp_path: Path, lines: pytest.LogCaptureFixture
) -> None:
    sql("CREATE TABLE goods (id INTEGER PRIMARY KEY, name VARCHAR(20))")
    (tmp_path / "goods.csv").write_text("id,name\n1,oolong\n")
    assert cli.invoke(args=["import-excel", str(tmp_path / "goods.csv"), "goods"]).exit_code == 0
    assert cli.invoke(args=["import-excel", str(tmp_path / "goods.csv"), "goods", "--again"]).exit_code == 3
    found = audit(lines)
    assert [line["message"] for line in found] == [
        *("run started", "rows changed", "run finished"),
        *("run started", "run finished"),
    ]
    assert (found[2]["state"], found[2]["rows"]) == ("succeeded", {"goods": {"inserted": 1}})
    assert found[4]["state"] == "failed"
    assert "oolong" not in json.dumps(found, ensure_ascii=False)


def test_a_new_user_leaves_no_password(app: Flask, cli: FlaskCliRunner, lines: pytest.LogCaptureFixture) -> None:
    done = cli.invoke(args=["create-user", "Li", "--password-stdin"], input="correct horse battery\n")
    assert done.exit_code == 0, done.stderr
    (created,) = [line for line in audit(lines) if line["message"] == "user created"]
    assert (created["what"], created["role"]) == ("Li", "viewer")
    assert "horse" not in json.dumps(audit(lines))
