"""A script is started from its form: by who may, with what was typed, as a run in a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.extensions import db
from app.models import Run
from app.services import database, queue, runs
from app.services.scripts.request import ScriptRequest
from tests.app.services.queue.queues import ended, output_of
from tests.app.web.conftest import SignedIn, Visitor
from tests.commands.script.mend import ADD, HEAD
from tests.script_files import GOOD, put

MEND = HEAD + ADD.replace("{declared}", "")
SECRET = "hunter2-and-more"
KEYED = GOOD.replace(
    '"li")', '"li")\n@click.option("--api-key", required=True)\n@click.option("--many", multiple=True)'
)
KEYED = KEYED.replace("def main(run):", "def main(run, api_key, many):")


@pytest.fixture
def mend(scripts: Path) -> str:
    """Write a script that mends the things, and return its page's address."""
    put(scripts, "recycle/mend.py", MEND)
    return "/scripts/recycle/mend"


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[ScriptRequest]:
    """Keep what is queued, and start no process: one of tests is never in production."""
    found: list[ScriptRequest] = []
    monkeypatch.setattr(queue, "queue_script", lambda request, **_: found.append(request) or 1)
    return found


def run_of(answer: TestResponse) -> Run:
    """Return the run whose page an answer sends to, once it has ended."""
    assert answer.status_code == 302, answer.text
    return ended(int((answer.location or "").removeprefix("/runs/")))


def started(visitor: Visitor, address: str, act: str, **given: Any) -> TestResponse:
    """Open a script's page and send its form."""
    visitor.get(address)
    return visitor.post(address, {"act": act, **given})


def total() -> int:
    """Return what all things come to."""
    with db.engine.connect() as connection:
        return int(connection.scalar(sa.text("SELECT SUM(n) FROM things")) or 0)


def test_a_dry_run_keeps_nothing_and_a_run_does(mend: str, signed_in: SignedIn) -> None:
    operator = signed_in("operator")
    dry = run_of(started(operator, mend, "dry-run", **{"p-by": "2"}))
    assert (dry.state, dry.dry_run, dry.operator, dry.arguments) == ("succeeded", True, "operator", {"by": "2"})
    assert total() == 0
    given = {"p-by": "3", "max_rows": "30", "throttle": "1000.5", "reason": "why not"}
    real = run_of(started(operator, mend, "run", **given))
    assert real.state == "succeeded", output_of(real.id)
    assert (total(), real.reason) == (75, "why not")
    assert real.options == {"max_rows": 30, "throttle": 1000.5}
    page = operator.get(mend).text
    assert f'href="/scripts/recycle/mend?again={real.id}#run"' in page
    assert "by=3" in page


def test_only_an_admin_has_a_run_ask_the_database_what_they_like(mend: str, signed_in: SignedIn) -> None:
    operator = signed_in("operator")
    asked = {"p-by": "1", "pause_while": "SELECT password_hash FROM users"}
    assert run_of(started(operator, mend, "dry-run", **asked)).options == {}
    assert "pause_while" not in operator.get(mend).text
    run = run_of(started(signed_in("admin"), mend, "dry-run", **{"p-by": "1", "pause_while": "SELECT 0\n\n"}))
    assert run.options == {"pause_while": ["SELECT 0"]}


def test_enter_is_a_dry_run(mend: str, signed_in: SignedIn) -> None:
    page = signed_in("operator").get(mend).text
    assert page.index('value="dry-run" tabindex="-1"') < page.index('name="p-by"')


def test_a_viewer_runs_nothing(mend: str, signed_in: SignedIn) -> None:
    assert started(signed_in("viewer"), mend, "dry-run").status_code == 403
    assert runs.newest(1, runs.Filter(kind="script")) == []


def test_without_its_token_nothing_is_run(mend: str, signed_in: SignedIn) -> None:
    operator = signed_in("operator")
    assert operator.client.post(mend, data={"act": "dry-run"}).status_code == 400


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"p-by": "two"}, "Invalid value for &#39;--by&#39;: &#39;two&#39; is not a valid integer."),
        ({"p-by": ""}, "Invalid value for &#39;--by&#39;: &#39;&#39; is not a valid integer."),
        ({"p-by": "<script>alert(1)</script>"}, "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ({"max_rows": "0"}, "Number must be"),
        ({"max_rows": "many"}, "Not a valid integer value."),
        ({"throttle": "nan"}, "Give a number above 0."),
        ({"reason": "x" * 1001}, "Field cannot be longer than 1000 characters."),
    ],
)
def test_what_is_wrong_is_told_and_the_form_stays_filled_in(
    mend: str, signed_in: SignedIn, given: dict[str, str], said: str
) -> None:
    operator = signed_in("operator")
    answer = started(operator, mend, "run", **{"p-by": "1", **given})
    assert answer.status_code in (403, 422)
    assert said in answer.text
    assert "<script>alert" not in answer.text
    assert runs.newest(1, runs.Filter(kind="script")) == []


def test_a_pause_that_does_more_than_ask_is_refused(mend: str, signed_in: SignedIn) -> None:
    answer = started(signed_in("admin"), mend, "dry-run", **{"p-by": "1", "pause_while": "DELETE FROM things"})
    assert answer.status_code == 403
    assert "--pause-while only asks, and this may do more" in answer.text


def test_what_is_wrong_stands_beside_its_field(mend: str, signed_in: SignedIn) -> None:
    page = started(signed_in("operator"), mend, "dry-run", **{"p-by": "two"}).text
    assert 'value="two"' in page
    assert 'id="p-by-errors"' in page
    assert 'aria-describedby="p-by-help p-by-errors" aria-invalid="true"' in page


def test_secrets_are_not_shown_and_have_to_be_typed_again(scripts: Path, signed_in: SignedIn) -> None:
    put(scripts, "recycle/keyed.py", KEYED)
    operator = signed_in("operator")
    refused = started(operator, "/scripts/keyed", "run", **{"p-many": "a\r\nb"})
    assert "Missing option &#39;--api-key&#39;." in refused.text
    wrong = started(operator, "/scripts/keyed", "run", **{"p-api_key": SECRET, "max_rows": "many"})
    assert SECRET not in wrong.text
    run = run_of(started(operator, "/scripts/keyed", "run", **{"p-api_key": SECRET, "p-many": "a\r\n订单 '\"<b>"}))
    assert run.state == "succeeded", output_of(run.id)
    assert run.arguments == {"api_key": "***", "many": ["a", "订单 '\"<b>"]}
    page = operator.get(f"/scripts/keyed?again={run.id}").text
    assert "Secrets are not kept; type again: api_key" in page
    assert "\na\n订单 &#39;&#34;&lt;b&gt;</textarea>" in page
    assert "***</" not in page.split('id="history"')[0]
    assert "<b>" not in page


def test_the_arguments_of_another_script_are_refused(scripts: Path, mend: str, signed_in: SignedIn) -> None:
    put(scripts, "recycle/keyed.py", KEYED)
    operator = signed_in("operator")
    run = run_of(started(operator, mend, "dry-run", **{"p-by": "1"}))
    assert operator.get(f"/scripts/keyed?again={run.id}").status_code == 403
    assert operator.get("/scripts/keyed?again=999999").status_code == 404


def test_more_rows_run_nothing(scripts: Path, signed_in: SignedIn) -> None:
    pairs = GOOD.replace('"li")', '"li")\n@click.option("--pair", type=(str, int), multiple=True)')
    put(scripts, "recycle/pairs.py", pairs.replace("def main(run):", "def main(run, pair):"))
    operator = signed_in("operator")
    assert operator.get("/scripts/pairs").text.count('name="p-pair"') == 6
    answer = started(operator, "/scripts/pairs", "more-rows", **{"p-pair": ["a", "1", "b", "2"]})
    assert answer.status_code == 200
    assert answer.text.count('name="p-pair"') == 10
    assert runs.newest(1, runs.Filter(kind="script")) == []


def test_a_retired_script_needs_a_tick(scripts: Path, signed_in: SignedIn) -> None:
    put(scripts, "unrecycle/mend.py", MEND)
    operator = signed_in("operator")
    refused = started(operator, "/scripts/mend", "dry-run", **{"p-by": "1"})
    assert refused.status_code == 422
    assert "It is retired. If you know that it is right today, tick this." in refused.text
    assert run_of(started(operator, "/scripts/mend", "dry-run", force="y", **{"p-by": "1"})).state == "succeeded"


def test_a_script_runs_once(scripts: Path, signed_in: SignedIn) -> None:
    put(scripts, "recycle/once.py", GOOD.replace('"li"', '"li", run_once=True'))
    operator = signed_in("operator")
    assert run_of(started(operator, "/scripts/once", "run")).state == "succeeded"
    again = started(operator, "/scripts/once", "run")
    assert again.status_code == 403
    assert "once runs once, and did so as run" in again.text


def test_production_is_an_admin_s_who_says_why_and_types_its_name(
    app: Flask, mend: str, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, admin = signed_in("operator"), signed_in("admin")
    with monkeypatch.context() as production:
        production.setitem(app.config, "PRODUCTION", True)
        assert "This script changes production: an admin may run it." in (page := operator.get(mend).text)
        assert "Run for real" not in page
        refused = started(operator, mend, "run", **{"p-by": "1", "reason": "x", "database": database.name()})
        assert refused.status_code == 403
        assert "mend changes production; for that it takes an admin." in refused.text
        assert "Run for real" in admin.get(mend).text
        for given in ({}, {"reason": "x"}, {"reason": "x", "database": "another"}, {"database": database.name()}):
            assert started(admin, mend, "run", **{"p-by": "1", **given}).status_code == 422
    assert runs.newest(1, runs.Filter(kind="script")) == []


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_dry_run_in_production_asks_for_nothing(
    app: Flask, mend: str, signed_in: SignedIn, queued: list[ScriptRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, admin = signed_in("operator"), signed_in("admin")
    monkeypatch.setitem(app.config, "PRODUCTION", True)
    started(operator, mend, "dry-run", **{"p-by": "1"})
    started(admin, mend, "run", **{"p-by": "1", "reason": "x", "database": database.name()})
    put(Path(app.config["SCRIPTS_PATH"]), "recycle/look.py", GOOD.replace('"li"', '"li", read_only=True'))
    started(operator, "/scripts/look", "run")
    asked = [(request.dry_run, request.reason, request.confirmed) for request in queued]
    assert asked == [(True, None, False), (False, "x", True), (False, None, False)]
