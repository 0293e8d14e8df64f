"""Scripts by the API: which there are, what they take, and runs of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from app.extensions import db
from app.models import Run, RunRequest
from app.services import database, runs
from app.services.scripts import loading_in_time
from tests.app.api.conftest import ApiClient
from tests.app.services.queue.queues import ended, output_of
from tests.app.web.scripts.conftest import scripts
from tests.commands.script.mend import ADD, HEAD, total
from tests.script_files import GOOD, put

__all__ = ["scripts"]

MEND = HEAD + ADD.replace("{declared}", "")
MEND_RUNS = "scripts/recycle/mend/runs"
DECLARED = """
@click.option("--api-key", default="hunter2")
@click.option("--limit", type=click.IntRange(1, 9), default=5, help="How many.")
@click.option("--pair", type=(str, int), multiple=True)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--inner", hidden=True)
@click.argument("table")
""".rstrip()
KEYED = GOOD.replace('"li")', f'"li"){DECLARED}').replace("def main(run):", "def main(run, **given):")
sqlite_alone = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
def mend(scripts: Path) -> Path:
    """Write a script that mends the things."""
    return put(scripts, "recycle/mend.py", MEND)


def run_of(answer: TestResponse) -> Run:
    """Return the run that an answer names, once it has ended."""
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"/api/v1/runs/{answer.json['id']}"
    return ended(answer.json["id"])


def wrong(answer: TestResponse) -> dict[str, str]:
    """Return which fields are refused, and why."""
    assert answer.status_code == 422, answer.text
    return {error["field"]: error["message"] for error in answer.json["errors"]}


def none_was_run() -> bool:
    """Tell whether no script was run."""
    return runs.newest(1, runs.Filter(kind="script")) == []


@sqlite_alone
def test_scripts_are_listed_a_page_at_a_time(scripts: Path, viewer: ApiClient) -> None:
    put(scripts, "recycle/count.py", GOOD.replace('"li"', '"li", read_only=True, run_once=True'))
    put(scripts, "recycle/broken.py", '"""No."""\ndef other(run): ...\n')
    put(scripts, "unrecycle/old.py")
    page = viewer.get("scripts?per_page=2").json
    assert [item["name"] for item in page["items"]] == ["broken", "count"]
    assert page["total"] == 3
    broken, count = page["items"]
    assert "no function" in broken["problem"]
    assert (count["read_only"], count["run_once"], count["retired"], count["last_run"]) == (True, True, False, None)
    (old,) = viewer.get("scripts", query_string={"search": "UNRECYCLE li"}).json["items"]
    assert (old["retired"], old["owner"], old["summary"]) == (True, "li", "Count things.")


@sqlite_alone
def test_parameters_are_json_schema(scripts: Path, viewer: ApiClient) -> None:
    put(scripts, "recycle/keyed.py", KEYED)
    whole = viewer.get("scripts/recycle/keyed").json
    answer = viewer.get("scripts/recycle/keyed/parameters")
    assert answer.content_type == "application/schema+json"
    schema = json.loads(answer.text)
    assert whole["parameters"] == schema
    assert (whole["problem"], whole["changes_production"]) == (None, False)
    Draft202012Validator.check_schema(schema)
    assert "hunter2" not in answer.text
    assert schema["required"] == ["table"]
    assert schema["properties"]["api_key"] == {"type": "string", "writeOnly": True}
    assert schema["properties"]["limit"]["maximum"] == 9
    assert schema["properties"]["day"]["format"] == "date"
    assert "inner" not in schema["properties"]


@sqlite_alone
@pytest.mark.parametrize(
    "name", ["recycle/none", "recycle/%00", "..%2Fx", "a%00b/c", "%2e%2e/passwd", "x" * 3000 + "/y"]
)
def test_what_is_no_script_is_not_found(mend: Path, operator: ApiClient, name: str) -> None:
    for path in (f"scripts/{name}", f"scripts/{name}/parameters"):
        assert operator.get(path).status_code == 404
    assert operator.post(f"scripts/{name}/runs", {}).status_code == 404


@sqlite_alone
def test_a_broken_script_is_shown_and_not_run(
    scripts: Path, operator: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(scripts, "recycle/broken.py", GOOD.replace("def main", "1 / 0\n\n\ndef main"))
    put(scripts, "recycle/slow.py", GOOD.replace("def main", "import time\ntime.sleep(20)\n\n\ndef main"))
    monkeypatch.setattr(loading_in_time, "LIMIT_S", 0.2)
    for name in ("broken", "slow"):
        shown = operator.get(f"scripts/recycle/{name}").json
        assert shown["problem"]
        assert shown["parameters"] is None
        assert operator.get(f"scripts/recycle/{name}/parameters").status_code == 409
        assert operator.post(f"scripts/recycle/{name}/runs", {}).status_code == 409
    assert none_was_run()


def test_a_dry_run_keeps_nothing_and_its_apply_does_the_same_for_real(mend: Path, operator: ApiClient) -> None:
    dry = run_of(operator.post(MEND_RUNS, {"parameters": {"by": 2}, "dry_run": True, "max_rows": 30}))
    assert (dry.state, dry.dry_run, dry.operator, dry.arguments) == ("succeeded", True, "operator", {"by": "2"})
    assert total() == 0
    real = run_of(operator.post(MEND_RUNS, {"apply": dry.id, "throttle": 1000.5, "reason": "因为"}))
    assert (real.state, total(), real.reason) == ("succeeded", 50, "因为"), output_of(real.id)
    assert real.options == {"apply": dry.id, "max_rows": 30, "throttle": 1000.5}
    shown = operator.get(f"runs/{dry.id}").json
    assert shown["result"]["outcome"]["rows"] == {"things": {"inserted": 0, "updated": 25, "deleted": 0}}
    assert operator.get("scripts/recycle/mend").json["last_run"]["id"] == real.id
    again = operator.post(MEND_RUNS, {"apply": dry.id, "parameters": {"by": 3}})
    assert (again.status_code, again.json["hint"]) == (403, "Leave them out.")


@sqlite_alone
def test_what_is_sent_is_on_record_as_the_command_line_has_it(scripts: Path, operator: ApiClient) -> None:
    put(scripts, "recycle/keyed.py", KEYED)
    sent = {"table": "订单 '\"<b>", "api_key": "s3cret!", "pair": [["a", 1]], "day": "2026-11-21"}
    run = run_of(operator.post("scripts/recycle/keyed/runs", {"parameters": sent}))
    assert run.state == "succeeded", output_of(run.id)
    kept = {"api_key": "***", "limit": "5", "pair": [["a", "1"]], "day": "2026-11-21", "table": "订单 '\"<b>"}
    assert run.arguments == kept


@sqlite_alone
@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"by": "2"}, "parameters.by", "by takes an integer."),
        ({"by": None}, "parameters.by", "by takes an integer."),
        ({"by": 2, "to": 1}, "parameters.to", 'There is no parameter "to". There is: by.'),
        ([], "parameters", "Not a valid mapping type."),
    ],
)
def test_a_wrong_parameter_is_named(mend: Path, operator: ApiClient, sent: Any, field: str, said: str) -> None:
    assert wrong(operator.post(MEND_RUNS, {"parameters": sent})) == {field: said}
    assert none_was_run()


@sqlite_alone
def test_what_click_refuses_is_named_too(scripts: Path, operator: ApiClient) -> None:
    put(scripts, "recycle/keyed.py", KEYED)
    for sent, field in (
        ({}, "table"),
        ({"table": "a\0b"}, "table"),
        ({"table": "t", "limit": 10}, "limit"),
        ({"table": "t", "pair": [["a"]]}, "pair"),
        ({"table": "t", "day": "tomorrow"}, "day"),
        ({"table": "t", "inner": "x"}, "inner"),
    ):
        assert list(wrong(operator.post("scripts/recycle/keyed/runs", {"parameters": sent}))) == [f"parameters.{field}"]
    several = wrong(operator.post("scripts/recycle/keyed/runs", {"parameters": {"limit": "x", "pair": 1}}))
    assert set(several) == {"parameters.limit", "parameters.pair"}


@sqlite_alone
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("max_rows", 0),
        ("max_rows", "5"),
        ("max_rows", True),
        ("throttle", 0),
        ("throttle", "1"),
        ("dry_run", 1),
        ("apply", 2**31),
        ("priority", "urgent"),
        ("reason", "x" * 1001),
        ("yes", True),
    ],
)
def test_a_wrong_option_is_named(mend: Path, operator: ApiClient, option: str, value: Any) -> None:
    assert list(wrong(operator.post(MEND_RUNS, {option: value}))) == [option]


@sqlite_alone
def test_who_may_run_what(mend: Path, viewer: ApiClient, operator: ApiClient, admin: ApiClient) -> None:
    assert viewer.post(MEND_RUNS, {}).status_code == 403
    asked = {"dry_run": True, "pause_while": ["SELECT password_hash FROM users"]}
    assert operator.post(MEND_RUNS, asked).status_code == 403
    assert admin.post(MEND_RUNS, {**asked, "pause_while": ["DELETE FROM things"]}).status_code == 403
    assert none_was_run()
    assert run_of(admin.post(MEND_RUNS, {**asked, "pause_while": ["SELECT 0"]})).options == {
        "pause_while": ["SELECT 0"]
    }


@sqlite_alone
def test_a_retired_script_has_to_be_forced(scripts: Path, operator: ApiClient) -> None:
    put(scripts, "unrecycle/mend.py", MEND)
    assert list(wrong(operator.post("scripts/unrecycle/mend/runs", {"dry_run": True}))) == ["force"]
    assert run_of(operator.post("scripts/unrecycle/mend/runs", {"dry_run": True, "force": True})).state == "succeeded"


@sqlite_alone
def test_production_is_an_admin_s_who_says_why_and_gives_its_name(
    app: Flask, mend: Path, operator: ApiClient, admin: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as production:
        production.setitem(app.config, "PRODUCTION", True)
        assert operator.get("scripts/recycle/mend").json["changes_production"]
        refused = operator.post(MEND_RUNS, {"reason": "x", "confirm": database.name()})
        assert (refused.status_code, "for that it takes an admin" in refused.json["detail"]) == (403, True)
        assert list(wrong(admin.post(MEND_RUNS, {"confirm": database.name()}))) == ["reason"]
        assert list(wrong(admin.post(MEND_RUNS, {"reason": "x"}))) == ["confirm"]
        assert list(wrong(admin.post(MEND_RUNS, {"reason": "x", "confirm": "another"}))) == ["confirm"]
    assert none_was_run()


@sqlite_alone
def test_the_same_key_runs_a_script_once(mend: Path, operator: ApiClient) -> None:
    key = {"Idempotency-Key": "night-7"}
    first = operator.post(MEND_RUNS, {"parameters": {"by": 1}}, headers=key)
    again = operator.post(MEND_RUNS, {"parameters": {"by": 1}}, headers=key)
    assert (again.json["id"], again.headers["Idempotent-Replayed"]) == (first.json["id"], "true")
    assert operator.post(MEND_RUNS, {"parameters": {"by": 2}}, headers=key).status_code == 422
    assert (run_of(first).state, total()) == ("succeeded", 25)


@sqlite_alone
def test_a_run_has_its_priority(mend: Path, operator: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.services.queue import waking

    monkeypatch.setattr(waking, "wake", lambda *_: None)
    run_id = operator.post(MEND_RUNS, {"priority": "high"}).json["id"]
    with db.engine.connect() as connection:
        priority = connection.scalar(sa.select(RunRequest.priority).where(RunRequest.run_id == run_id))
    assert priority == 2
