"""What a move says of its run, beside what the run's move before it said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import RunMove
from app.services.runs.chain import LASTING, SETTLED, canonical
from app.services.runs.findings import LastMove, Problem, digest


def digest_of(move: RunMove, names: Sequence[str]) -> bytes:
    """Return what some of a move's facts are compared by."""
    facts = _facts(move.facts) or {}
    return digest(canonical({name: facts.get(name) for name in names}))


def fact_problems(session: Session, last: LastMove | None, move: RunMove) -> Iterator[Problem]:
    """Check a run's move against its own facts, and those that never change against the run's move before it.

    Whoever appends a move with a hash that fits still cannot make the run another one.
    """
    which = f"Move {move.id} (run {move.run_id}, {move.state})"
    facts = _facts(move.facts)
    if facts is None:
        yield Problem(move.run_id, f"{which} has no facts that can be read.")
    elif (facts.get("id"), facts.get("state")) != (move.run_id, move.state):
        whose = f"run {facts.get('id')}, {facts.get('state')}"
        yield Problem(move.run_id, f"{which} is not the one that its facts are of: {whose}.")
    elif last is not None:
        yield from _changes(session, last, move, facts)


def _changes(session: Session, last: LastMove, move: RunMove, facts: dict[str, Any]) -> Iterator[Problem]:
    """Find facts that must not change any more, and did."""
    looked_at: list[tuple[Sequence[str], bytes, str]] = [(LASTING, last.lasting, "its first move")]
    if last.past_queue:
        looked_at.append((SETTLED, last.settled, "the move that began it"))
    for names, before, fixed_by in looked_at:
        if digest_of(move, names) != before:
            changed = ", ".join(_changed(session, move, facts, names)) or "fact"
            yield Problem(
                move.run_id,
                f"Run {move.run_id} has another {changed} from move {move.id} on: that is fixed by {fixed_by}.",
            )


def _changed(session: Session, move: RunMove, facts: dict[str, Any], names: Sequence[str]) -> list[str]:
    query = select(RunMove.facts).where(RunMove.run_id == move.run_id, RunMove.id < move.id)
    before = _facts(session.scalar(query.order_by(RunMove.id.desc()).limit(1)) or "") or {}
    return [name for name in names if before.get(name) != facts.get(name)]


def _facts(text: str) -> dict[str, Any] | None:
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return facts if isinstance(facts, dict) else None
