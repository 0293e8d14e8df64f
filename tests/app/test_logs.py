"""The log: JSON lines in production, plain lines elsewhere, always on stderr."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from app import asker
from app.asker import Asker
from app.logs import JsonFormatter, PlainFormatter, in_a_line, with_asker
from tests.conftest import ROOT

SPEAK = """
import logging, pathlib
from app import create_app
create_app()
log = logging.getLogger("app.services.speaker")
log.info("run %s started", 7, extra={"run": 7, "what": "june.xlsx → 订单", "folder": pathlib.Path("/tmp")})
log.warning("careful")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("it failed")
"""


def spoken(config: str) -> list[str]:
    """Return the lines that a process logs to stderr in this configuration."""
    env = {**os.environ, "FLASK_CONFIG": config, "SECRET_KEY": "0123456789abcdef0123456789abcdef"}
    done = subprocess.run([sys.executable, "-c", SPEAK], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return done.stderr.splitlines()


def test_production_logs_one_json_object_a_line() -> None:
    info, warning, error = [json.loads(line) for line in spoken("production")]
    time = datetime.fromisoformat(info.pop("time"))
    assert time.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - time) < timedelta(minutes=1)
    assert info == {
        "level": "info",
        "logger": "app.services.speaker",
        "message": "run 7 started",
        "run": 7,
        "what": "june.xlsx → 订单",
        "folder": "/tmp",  # noqa: S108 - a path to print, nothing is written there
        "operator": asker.os_operator(),
    }
    assert (warning["level"], warning["message"]) == ("warning", "careful")
    assert (error["level"], error["message"]) == ("error", "it failed")
    assert error["traceback"].startswith("Traceback (most recent call last):")
    assert error["traceback"].endswith("ZeroDivisionError: division by zero")


def test_chinese_stays_readable_in_the_json() -> None:
    assert "june.xlsx → 订单" in spoken("production")[0]


def test_development_logs_plain_lines_from_warnings_up() -> None:
    warning, error, *traceback = spoken("development")
    assert warning[8:] == " WARNING app.services.speaker: careful"
    assert error[8:] == " ERROR app.services.speaker: it failed"
    assert traceback[0] == "Traceback (most recent call last):"


def test_an_extra_field_does_not_hide_what_every_line_has() -> None:
    fields: dict[str, Any] = {"level": 3, "time": "noon", "logger": "me", "run": 7}
    record = logging.makeLogRecord({"name": "app", "levelname": "INFO", "msg": "x", **fields})
    line = json.loads(JsonFormatter().format(record))
    assert (line["level"], line["logger"], line["run"]) == ("info", "app", 7)
    assert line["time"] != "noon"


def asked(**fields: Any) -> logging.LogRecord:
    """Return a record as the handler gets it in a web request."""
    record = logging.makeLogRecord({"name": "app", "levelname": "INFO", "msg": "done", **fields})
    with asker.asking(Asker("li", "abcd-1234")):
        assert with_asker(record)
    return record


def test_every_line_says_who_asked_and_by_which_request() -> None:
    line = json.loads(JsonFormatter().format(asked()))
    assert (line["operator"], line["request_id"]) == ("li", "abcd-1234")


def test_a_line_that_names_somebody_itself_stands() -> None:
    line = json.loads(JsonFormatter().format(asked(operator="wang", request_id="other")))
    assert (line["operator"], line["request_id"]) == ("wang", "other")


def test_a_line_to_read_ends_with_the_request() -> None:
    plain = PlainFormatter("%(name)s: %(message)s")
    assert plain.format(asked()) == "app: done [abcd-1234]"
    assert plain.format(logging.makeLogRecord({"name": "app", "msg": "done"})) == "app: done"


def test_a_connection_that_is_gone_takes_a_line_in_the_log() -> None:
    """SQLAlchemy tells of it with a traceback, which says nothing to who reads it at night."""
    try:
        raise ConnectionResetError("the server went away")
    except ConnectionResetError:
        record = logging.makeLogRecord(
            {"name": "sqlalchemy.pool.impl.QueuePool", "msg": "Exception during reset", "exc_info": sys.exc_info()}
        )
    assert in_a_line(record)
    assert PlainFormatter("%(message)s").format(record) == "Exception during reset: the server went away"
