"""Scripts that are queued: each runs in a process of its own, is stopped from here, and goes on in another."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.asker import Asker, asking
from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import RunRequest
from app.runner.script import UsageError
from app.runner.stopping import CANCEL, PAUSE
from app.services import runs
from app.services.queue import queue_resume, queue_script, starting, waking
from app.services.runs import stopping
from app.services.scripts.request import Consent, ScriptRequest
from tests.app.services.queue.queues import LI, SLOW, ended, in_state, output_of, requests, result_of, until, write
from tests.commands.script.mend import ADD, total

SECRET = "hunter2-and-more"
KEYED = """
@script(owner="li")
@click.option("--api-key", required=True, help="The key.")
def main(run, api_key):
    run.log.info("the key has %d characters", len(api_key))
    run.session.execute(sa.update(things).values(n=len(api_key)))
"""


def test_a_dry_run_shows_what_would_change_then_it_is_done(app: Flask, scripts: Path) -> None:
    write(scripts)
    with asking(LI):
        dry = ended(queue_script(ScriptRequest("mend", {"by": "2"}, dry_run=True)))
    assert (dry.state, dry.dry_run, dry.operator) == ("succeeded", True, "li"), output_of(dry.id)
    outcome = result_of(dry)["outcome"]
    assert [(table["table"], table["updated"]) for table in outcome["diff"]] == [("things", 25)]
    assert outcome["diff"][0]["samples"][0] == {"key": {"id": 1}, "before": {"n": 0}, "after": {"n": 2}}
    assert total() == 0
    with asking(Asker("wang", request_id="req-8")):
        run = ended(queue_script(ScriptRequest("mend", applies=dry.id)))
    assert (run.state, run.operator, run.arguments) == ("succeeded", "wang", {"by": "2"}), output_of(run.id)
    assert (total(), run.rows["things"]["updated"], run.options) == (50, 25, {"apply": dry.id})
    assert (result_of(run)["outcome"]["items"], result_of(run)["ok"]) == (25, True)
    assert runs.verify().problems == []


def test_pause_and_resume(app: Flask, scripts: Path) -> None:
    write(scripts, SLOW)
    run_id = queue_script(ScriptRequest("mend"))
    until(lambda: (runs.get(run_id).progress_done or 0) > 0, "some progress")
    stopping.ask(run_id, PAUSE)
    paused = ended(run_id)
    assert (paused.state, result_of(paused)["ok"]) == ("paused", False)
    assert result_of(paused)["error"]["label"] == "Interrupted"
    assert 0 < total() < 25
    with asking(LI):
        assert queue_resume(run_id) == run_id
        with pytest.raises(Conflict, match=r"is queued|running"):
            queue_resume(run_id)
    (scripts / "go").touch()
    run = ended(run_id)
    assert (run.state, total()) == ("succeeded", 25), output_of(run_id)
    assert (result_of(run)["act"], result_of(run)["ok"]) == ("resume", True)
    moves = [(move.state, move.operator == "li") for move in runs.moves_of(run_id)]
    assert moves[-3:] == [("queued", True), ("running", True), ("succeeded", True)]
    assert requests() == 0
    assert runs.verify().problems == []


def test_cancel_ends_it_at_its_next_checkpoint(app: Flask, scripts: Path) -> None:
    write(scripts, SLOW)
    run_id = queue_script(ScriptRequest("mend"))
    until(lambda: (runs.get(run_id).progress_done or 0) > 0, "some progress")
    assert stopping.ask(run_id, CANCEL).asked
    assert ended(run_id).state == "cancelled"
    with pytest.raises(Conflict):
        queue_resume(run_id)


def test_a_secret_is_nowhere_in_clear(app: Flask, scripts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(scripts, KEYED)
    monkeypatch.setattr(waking, "wake", lambda: True)
    waiting = queue_script(ScriptRequest("mend", {"api_key": SECRET}))
    monkeypatch.undo()
    with db.engine.connect() as connection:
        sealed = connection.scalar(sa.select(RunRequest.request).where(RunRequest.run_id == waiting))
    assert sealed
    assert SECRET not in sealed
    stopping.ask(waiting, CANCEL)
    assert requests() == 0, "nothing of it waits once it is cancelled"
    run = ended(queue_script(ScriptRequest("mend", {"api_key": SECRET})))
    assert (run.state, total()) == ("succeeded", 25 * len(SECRET)), output_of(run.id)
    assert run.arguments == {"api_key": "***"}
    folder = runs.folder_of(run.id, run.token).path
    assert {file.name for file in folder.iterdir()} >= {"output", "result.json", "log"}
    assert all(SECRET.encode() not in file.read_bytes() for file in folder.rglob("*") if file.is_file())
    with db.engine.connect() as connection:
        for table in ("runs", "run_moves", "run_requests"):
            assert SECRET not in str(connection.execute(sa.text(f"SELECT * FROM {table}")).all())


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_can_be_known_at_once_is_said_at_once(app: Flask, scripts: Path) -> None:
    write(scripts, declared=", run_once=True")
    with pytest.raises(UsageError, match="not a valid integer"):
        queue_script(ScriptRequest("mend", {"by": "two"}))
    with pytest.raises(NotFound):
        queue_script(ScriptRequest("nothing"))
    app.config["PRODUCTION"] = True
    with pytest.raises(Refused, match="nobody says why"):
        queue_script(ScriptRequest("mend"))
    with pytest.raises(Refused, match="nobody confirmed"):
        queue_script(ScriptRequest("mend", reason="ticket 7"))
    app.config["PRODUCTION"] = False
    (scripts.parent / "unrecycle").mkdir()
    (scripts / "mend.py").rename(scripts.parent / "unrecycle" / "mend.py")
    with pytest.raises(Refused, match="retired"):
        queue_script(ScriptRequest("mend"))
    assert runs.newest(1) == []
    run = ended(queue_script(ScriptRequest("mend", force=True)))
    assert run.state == "succeeded", output_of(run.id)
    with pytest.raises(Refused, match="runs once"):
        queue_script(ScriptRequest("mend", force=True))


def test_a_resume_whose_process_dies_before_it_begins_is_tried_again(
    app: Flask, scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(scripts, SLOW)
    run_id = queue_script(ScriptRequest("mend"))
    until(lambda: (runs.get(run_id).progress_done or 0) > 0, "some progress")
    stopping.ask(run_id, PAUSE)
    in_state(run_id, "paused")
    done = total()
    (scripts / "go").touch()
    monkeypatch.setattr(starting, "PAUSE_S", 0.5)
    with monkeypatch.context() as patch:
        patch.setattr(starting.sys, "executable", "/bin/false")
        queue_resume(run_id)
        with pytest.raises(Conflict):
            queue_resume(run_id)
        time.sleep(1)
        assert (runs.get(run_id).state, total()) == ("queued", done)
    assert (ended(run_id).state, total(), done < 25) == ("succeeded", 25, True), output_of(run_id)
    assert runs.verify().problems == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_script_that_fails_says_where_and_can_go_on(app: Flask, scripts: Path) -> None:
    failing = (
        '    for batch in run.batches(sa.select(things), key=things.c.id, size=10):\n        raise ValueError("面")\n'
    )
    write(scripts, ADD.split("    for batch")[0] + failing)
    run = in_state(ended(queue_script(ScriptRequest("mend"))).id, "failed")
    assert "ValueError: 面 (mend.py, line" in result_of(run)["error"]["message"]
    write(scripts)
    with pytest.raises(Refused, match="has changed"):
        queue_resume(run.id)
    again = ended(queue_resume(run.id, new_code=True, consent=Consent(reason="mended")))
    assert (again.state, total()) == ("succeeded", 25), output_of(run.id)
