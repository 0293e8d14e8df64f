"""What a move says of its run, beside what the run's move before it said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import RunMove
from app.services.runs.chain import LASTING, canonical
from app.services.runs.findings import LastMove, Problem, digest


def lasting(move: RunMove) -> bytes:
    """Return what the facts of a move that never change are compared by."""
    facts = _facts(move.facts) or {}
    return digest(canonical({name: facts.get(name) for name in LASTING}))


def fact_problems(session: Session, last: LastMove | None, move: RunMove) -> Iterator[Problem]:
    """Check a run's move against its own facts, and those that never change against the run's move before it.

    Whoever appends a move with a hash that fits still cannot make the run another one.
    """
    which = f"Move {move.id} (run {move.run_id}, {move.state})"
    facts = _facts(move.facts)
    if facts is None:
        yield Problem(move.run_id, f"{which} has no facts that can be read.")
    elif (facts.get("id"), facts.get("state")) != (move.run_id, move.state):
        yield Problem(move.run_id, f"{which} is not the one that its facts are of.")
    elif last is not None and lasting(move) != last.lasting:
        names = ", ".join(_changed(session, move, facts)) or "fact"
        yield Problem(
            move.run_id,
            f"Run {move.run_id} has another {names} from move {move.id} on: that is fixed by its first move.",
        )


def _changed(session: Session, move: RunMove, facts: dict[str, Any]) -> list[str]:
    query = select(RunMove.facts).where(RunMove.run_id == move.run_id, RunMove.id < move.id)
    before = _facts(session.scalar(query.order_by(RunMove.id.desc()).limit(1)) or "") or {}
    return [name for name in LASTING if before.get(name) != facts.get(name)]


def _facts(text: str) -> dict[str, Any] | None:
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return facts if isinstance(facts, dict) else None
