"""Runs by the API: listed, watched, stopped, gone on with, taken back."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.models import Run, RunFailure
from app.services import database, runs
from app.services.queue import queue_script, waiting
from app.services.scripts import loading_in_time
from app.services.scripts.request import ScriptRequest
from tests.app.api.conftest import ApiClient
from tests.app.services.queue.queues import ended, in_state, output_of, until
from tests.app.web.test_run_acts import imported, paused, scripts
from tests.app.web.test_runs import record
from tests.commands.script.mend import total
from tests.importing import rows_of

__all__ = ["imported", "scripts"]

sqlite_alone = pytest.mark.parametrize("backend", ["sqlite"])
REJECTS = b"PK"


@pytest.fixture
def run(app: Flask) -> Run:
    """Record a run that left a log and a file."""
    run = record()
    file = {"name": "rejects.xlsx", "size": 2, "sha256": hashlib.sha256(REJECTS).hexdigest()}
    with db.engine.begin() as connection:
        connection.execute(sa.update(Run).where(Run.id == run.id).values(artifacts=[file]))
    return runs.get(run.id)


@sqlite_alone
def test_runs_are_listed_by_all_conditions(run: Run, viewer: ApiClient) -> None:
    record(kind="script", name="mend", operator="wang", dry_run=True)
    before, after = run.started_at - timedelta(days=1), run.started_at + timedelta(days=1)
    for query, names in (
        ({"kind": "script", "operator": "wan", "dry_run": "true", "state": "succeeded"}, ["mend"]),
        ({"name": "六月", "since": before.isoformat(), "until": after.isoformat(), "dry_run": "false"}, [run.name]),
        ({"kind": "import", "since": after.isoformat()}, []),
        ({"kind": "import", "since": "0001-01-01T00:00:00+14:00", "until": "9999-12-31T23:59:59-14:00"}, [run.name]),
        ({"script": "mend", "name": "100%"}, []),
    ):
        assert [one["name"] for one in viewer.get("runs", query_string=query).json["items"]] == names, query
    page = viewer.get("runs?per_page=1")
    assert page.json["items"][0]["name"] != run.name
    assert 'rel="next"' in page.headers["Link"]
    for query in ("state=broken", "dry_run=1", "since=2026-11-21", f"name={'x' * 256}", "wizard=1"):
        assert viewer.get(f"runs?{query}").status_code == 422, query


def test_a_run_is_told_whole(run: Run, viewer: ApiClient) -> None:
    told = viewer.get(f"runs/{run.id}").json
    assert told["arguments"] == {"file": "六月.xlsx → orders"}
    assert told["rows"] == {"orders": {"inserted": 3}}
    assert [move["state"] for move in told["moves"]] == ["running", "succeeded"]
    assert told["moves"][-1]["hash"] == told["hash"]
    assert (told["awaited"], told["result"], told["undone_by"], told["left_out"]) == (False, None, None, 0)
    assert "token" not in told


@sqlite_alone
@pytest.mark.parametrize("run_id", ["0", "999", "2147483648", "99999999999999999999", "-1", "x", "1.0", "%00"])
def test_a_run_that_is_none_is_not_found(admin: ApiClient, run_id: str) -> None:
    for what in ("", "/log", "/failures", "/artifacts/x"):
        assert admin.get(f"runs/{run_id}{what}").status_code == 404, what
    for what in ("cancel", "pause", "resume", "undo"):
        assert admin.post(f"runs/{run_id}/{what}", {}).status_code == 404, what


@sqlite_alone
def test_a_log_is_followed_by_its_offsets(run: Run, viewer: ApiClient) -> None:
    log = f"runs/{run.id}/log"
    whole = viewer.get(log)
    assert whole.content_type == "text/plain; charset=utf-8"
    assert whole.text.splitlines()[0] == "line 1"
    end = whole.headers["Next-Offset"]
    assert viewer.get(f"{log}?after={end}").text == ""
    with runs.folder_of(run.id, run.token).log.open("ab") as file:
        file.write("新行\n".encode()[:-2])
        file.flush()
        part = viewer.get(f"{log}?after={end}")
        assert (part.text, part.headers["Next-Offset"]) == ("新", str(int(end) + 3))
        file.write("新行\n".encode()[-2:])
    rest = viewer.get(f"{log}?after={part.headers['Next-Offset']}")
    assert rest.text == "行\n"
    tail = viewer.get(f"{log}?tail=2")
    assert (tail.text, tail.headers["Next-Offset"]) == ("line 250\n新行\n", rest.headers["Next-Offset"])
    assert viewer.get(f"{log}?tail=10000").text.startswith("line 1\n")
    assert viewer.get(f"{log}?after={2**40}").text == ""
    for query in ("tail=0", "after=-1", "lines=1"):
        assert viewer.get(f"{log}?{query}").status_code == 422


@sqlite_alone
def test_a_file_is_sent_with_its_hash_to_operators(run: Run, viewer: ApiClient, operator: ApiClient) -> None:
    path = f"runs/{run.id}/artifacts/rejects.xlsx"
    assert viewer.get(path).status_code == 403
    answer = operator.get(path, buffered=True)
    assert (answer.status_code, answer.data) == (200, REJECTS)
    assert answer.headers["ETag"] == f'"{hashlib.sha256(REJECTS).hexdigest()}"'
    digest = base64.b64encode(hashlib.sha256(REJECTS).digest()).decode()
    assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert operator.get(path, buffered=True, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    for other in ("outside.txt", "..%2Foutside.txt", "log", "rejects.xlsx%00", "x" * 300):
        assert operator.get(f"runs/{run.id}/artifacts/{other}", buffered=True).status_code == 404, other
    folder = runs.folder_of(run.id, run.token)
    (folder.artifacts / "rejects.xlsx").unlink()
    folder.log.unlink()
    assert operator.get(path).json["detail"] == f'Run {run.id} has no file "rejects.xlsx" here.'
    assert operator.get(f"runs/{run.id}/log").status_code == 404


@sqlite_alone
def test_failures_are_listed_a_page_at_a_time(run: Run, viewer: ApiClient) -> None:
    failures = [{"run_id": run.id, "step": 0, "key": f'[["int", {n}]]', "error": f"no. {n}"} for n in range(101)]
    with db.engine.begin() as connection:
        connection.execute(sa.insert(RunFailure), failures)
    page = viewer.get(f"runs/{run.id}/failures?per_page=100&page=2").json
    assert (page["items"], page["total"]) == ([{"key": "100", "error": "no. 100"}], 101)
    assert viewer.get(f"runs/{run.id}").json["left_out"] == 101


def test_a_script_is_watched_paused_and_gone_on_with(
    scripts: Path, operator: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = operator.post("scripts/recycle/mend/runs", {"parameters": {"by": 2}}).json["id"]
    assert operator.get(f"runs/{run_id}/log").status_code == 200
    until(lambda: operator.get(f"runs/{run_id}").json["progress_done"], "the first batch")
    asked = operator.post(f"runs/{run_id}/pause")
    assert (asked.status_code, asked.json["stop_requested"]) == (202, "pause")
    paused(run_id)
    assert operator.post(f"runs/{run_id}/pause").status_code == 409
    (scripts / "go").touch()
    good = (scripts / "mend.py").read_text()
    with monkeypatch.context() as patch:
        patch.setattr(loading_in_time, "LIMIT_S", 0.2)
        for bad in ("1 / 0", "time.sleep(20)"):
            (scripts / "mend.py").write_text(good.replace("def main", f"{bad}\n\n\ndef main"))
            assert operator.post(f"runs/{run_id}/resume").status_code == 409
    (scripts / "mend.py").write_text(good)
    refused = operator.post(f"runs/{run_id}/resume", {"max_rows": 0})
    assert refused.json["errors"][0]["field"] == "max_rows"
    answer = operator.post(f"runs/{run_id}/resume")
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/api/v1/runs/{run_id}")
    while (told := operator.get(f"runs/{run_id}?wait=20").json)["awaited"]:
        pass
    assert (told["state"], total()) == ("succeeded", 50), output_of(run_id)
    assert told["result"]["act"] == "resume"
    assert operator.post(f"runs/{run_id}/resume").status_code == 409
    assert operator.post(f"runs/{run_id}/cancel").status_code == 409


@sqlite_alone
def test_a_run_is_cancelled_at_once_or_soon(scripts: Path, viewer: ApiClient, operator: ApiClient) -> None:
    run_id = operator.post("scripts/recycle/mend/runs").json["id"]
    in_state(run_id, "running")
    assert viewer.post(f"runs/{run_id}/cancel").status_code == 403
    assert operator.post(f"runs/{run_id}/cancel").status_code == 202
    assert ended(run_id).state == "cancelled"
    lost = record(kind="script", name="mend")
    with db.engine.begin() as connection:
        connection.execute(sa.update(Run).where(Run.id == lost.id).values(state="lost", lock_name="script:mend"))
    answer = operator.post(f"runs/{lost.id}/cancel")
    assert (answer.status_code, answer.json["state"]) == (200, "cancelled")


@sqlite_alone
def test_who_waits_holds_no_connection_and_is_told_at_once(
    app: Flask, scripts: Path, viewer: ApiClient, operator: ApiClient
) -> None:
    run_id = queue_script(ScriptRequest("mend"))
    in_state(run_id, "running")
    told: list[str] = []
    waits = threading.Thread(target=lambda: told.append(viewer.get(f"runs/{run_id}?wait=30").json["state"]))
    waits.start()
    free = until(lambda: waiting._places._value < waiting.MOST and db.engine.pool.checkedout() == 0, "it waits")
    assert free
    before = time.monotonic()
    operator.post(f"runs/{run_id}/cancel")
    waits.join()
    assert told == ["cancelled"]
    assert time.monotonic() - before < 20
    ended(run_id)
    for _ in range(waiting.MOST):
        waiting._places.acquire()
    try:
        with runs.recorded("script", "mend", {}) as record_:
            before = time.monotonic()
            assert viewer.get(f"runs/{record_.id}?wait=30").json["state"] == "running"
            assert time.monotonic() - before < 20
    finally:
        for _ in range(waiting.MOST):
            waiting._places.release()
    assert viewer.get(f"runs/{run_id}?wait=31").status_code == 422


def test_an_admin_takes_an_import_back(imported: Run, operator: ApiClient, admin: ApiClient) -> None:
    assert operator.post(f"runs/{imported.id}/undo").status_code == 403
    key = {"Idempotency-Key": "undo-1"}
    undo = admin.post(f"runs/{imported.id}/undo", headers=key)
    assert admin.post(f"runs/{imported.id}/undo", headers=key).json["id"] == undo.json["id"]
    assert ended(undo.json["id"]).state == "succeeded", output_of(undo.json["id"])
    assert rows_of("order_lines") == [(1, "Alt")]
    assert admin.get(f"runs/{imported.id}").json["undone_by"] == undo.json["id"]
    assert admin.get(f"runs/{undo.json['id']}").json["result"]["outcome"]["deleted"] == 2
    assert "is undone already" in admin.post(f"runs/{imported.id}/undo").json["detail"]


@sqlite_alone
def test_production_has_to_be_named(
    app: Flask, imported: Run, admin: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as production:
        production.setitem(app.config, "PRODUCTION", True)
        for confirm in ({}, {"confirm": "another"}):
            refused = admin.post(f"runs/{imported.id}/undo", confirm)
            assert refused.json["errors"][0]["field"] == "confirm"
            assert f'"{database.name()}"' in refused.json["detail"]


@sqlite_alone
def test_an_admin_verifies_the_ledger(run: Run, operator: ApiClient, admin: ApiClient) -> None:
    assert operator.get("runs/verification").status_code == 403
    with db.engine.begin() as connection:
        connection.execute(sa.update(Run).where(Run.id == run.id).values(artifacts=record().artifacts))
    good = admin.get("runs/verification").json
    assert (good["is_good"], good["problems"], good["head"]) == (True, [], runs.verify().head)
    with db.engine.begin() as connection:
        connection.execute(sa.update(Run).where(Run.id == run.id).values(operator="nobody"))
    (problem,) = admin.get("runs/verification", query_string={"head": good["head"]}).json["problems"]
    assert problem["run_id"] == run.id
    wrong = admin.get("runs/verification?head=none")
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "head")
