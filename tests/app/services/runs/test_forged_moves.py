"""Moves that somebody appended, each with a hash that fits: what they say of a run must be what it was."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.models import Run, RunMove
from app.services import runs
from app.services.runs import moves
from app.services.runs.chain import LASTING, SETTLED, facts_of, hash_of
from tests.app.services.runs import ledgers
from tests.app.services.runs.ledgers import dump

FORGED: dict[str, Any] = {
    "token": "0" * 12,
    "kind": "import",
    "name": "clear_cache",
    "dry_run": True,
    "operator": "nobody@nowhere",
    "arguments": {},
    "options": {},
    "script_id": "clear_cache",
    "lock_name": None,
}


@pytest.fixture
def failed(app: Flask) -> int:
    """Record a run that failed, and others around it."""
    run_id = ledgers.new_run("export_customer")
    ledgers.new_run()
    moves.move(run_id, "failed", error="No.")
    ledgers.new_run()
    return run_id


def forge(run_id: int, state: str, changes: dict[str, Any], facts: dict[str, Any] | None = None) -> None:
    """Append a move as the application does, with these changes of the run, and bring its row to it.

    `facts` are written over those of the move alone.
    """
    last = dump()["run_moves"][-1]
    with db.engine.begin() as connection:
        columns = {**changes, "state": state}
        connection.execute(sa.update(Run.__table__).where(Run.id == run_id).values(columns))
        row = Run(**connection.execute(sa.select(Run.__table__).where(Run.id == run_id)).mappings().one())
        said = json.dumps(json.loads(facts_of(row)) | (facts or {}), sort_keys=True, ensure_ascii=False)
        text = said if facts is not None else facts_of(row)
        move = RunMove(**{**last, "id": last["id"] + 1, "run_id": run_id, "state": state, "facts": text})
        move.prev_hash = last["hash"]
        move.hash = hash_of(move)
        named = {column.name: getattr(move, column.name) for column in RunMove.__table__.columns}
        connection.execute(sa.insert(RunMove.__table__), named)
        hashes = {"hash": move.hash, "prev_hash": move.prev_hash}
        connection.execute(sa.update(Run.__table__).where(Run.id == run_id).values(hashes))


def test_every_fact_that_lasts_is_held(failed: int) -> None:
    assert set(FORGED) | {"id", "started_at"} == {*LASTING, *SETTLED}
    before, head = dump(), runs.verify().head
    started = next(row["started_at"] for row in before["runs"] if row["id"] == failed)
    for name, value in {**FORGED, "started_at": started + timedelta(microseconds=1)}.items():
        forge(failed, "running", {name: value})
        forge(failed, "succeeded", {})
        found = [(problem.run_id, problem.sentence) for problem in runs.verify(head).problems]
        number = len(before["run_moves"]) + 1
        fixed_by = "its first move" if name in LASTING else "the move that began it"
        assert found == [
            (failed, f"Run {failed} has another {name} from move {number} on: that is fixed by {fixed_by}.")
        ]
        ledgers.restore(before)


def test_what_a_queued_run_does_not_know_yet_is_fixed_once_it_begins(app: Flask) -> None:
    run_id = ledgers.new_run(state="queued")
    forge(run_id, "running", {"options": {"sheets": []}, "lock_name": "table:orders"})
    forge(run_id, "paused", {})
    forge(run_id, "queued", {})
    assert runs.verify().problems == []
    number = len(dump()["run_moves"]) + 1
    forge(run_id, "running", {"options": {}})
    words = f"Run {run_id} has another options from move {number} on: that is fixed by the move that began it."
    assert [problem.sentence for problem in runs.verify().problems] == [words]


def test_who_asked_a_queued_run_for_what_is_fixed(app: Flask) -> None:
    run_id = ledgers.new_run(state="queued")
    forge(run_id, "running", {"arguments": {}, "operator": "nobody@nowhere"})
    assert "has another operator, arguments from move" in runs.verify().problems[0].sentence


def test_all_that_changed_is_named(failed: int) -> None:
    forge(failed, "running", {"operator": "nobody@nowhere", "name": "clear_cache"})
    assert "has another name, operator from move" in runs.verify().problems[0].sentence


def test_what_may_change_may(failed: int) -> None:
    code = {"git_commit": "0" * 40, "git_dirty": True, "script_sha256": "0" * 64}
    attempt = {"host": "ops2", "pid": 8, "reason": "ticket 7", "rows": {"orders": {"updated": 1}}}
    forge(failed, "running", code | attempt)
    assert runs.verify().problems == []


@pytest.mark.parametrize("facts", [{"id": 2}, {"state": "succeeded"}])
def test_a_move_is_what_its_facts_say(failed: int, facts: dict[str, Any]) -> None:
    forge(failed, "running", {}, facts)
    told = {"id": failed, "state": "running"} | facts
    words = f"Move {len(dump()['run_moves'])} (run {failed}, running) is not the one that its facts are of:"
    words += f" run {told['id']}, {told['state']}."
    assert words in [problem.sentence for problem in runs.verify().problems]


@pytest.mark.parametrize("facts", ["", "{", "[]", "null"])
def test_facts_that_cannot_be_read_are_named(failed: int, facts: str) -> None:
    forge(failed, "running", {})
    last = dump()["run_moves"][-1]
    move = RunMove(**{**last, "facts": facts})
    with db.engine.begin() as connection:
        values = {"facts": facts, "hash": hash_of(move)}
        connection.execute(sa.update(RunMove).where(RunMove.id == last["id"]).values(values))
        connection.execute(sa.update(Run).where(Run.id == failed).values(hash=hash_of(move)))
    assert f"Move {last['id']} (run {failed}, running) has no facts that can be read." in [
        problem.sentence for problem in runs.verify().problems
    ]
