"""Walk along the chain of moves, and find what does not follow."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import RunMove
from app.models.run import MOVES
from app.services.runs.chain import LASTING, ROOT, ROOT_ID, SETTLED, hash_of
from app.services.runs.fact_findings import digest_of, fact_problems
from app.services.runs.findings import LastMove, Problem, Verification, digest
from app.services.runs.whole_tables import every

BEGINNINGS = ("queued", "running")


def chain_problems(
    session: Session, done: Verification, last: dict[int, LastMove], expected: tuple[int, str] | None
) -> Iterator[Problem]:
    """Walk along the moves; fill `last` with what they say of each run."""
    before: RunMove | None = None
    for number, move in every(session, RunMove):
        done.moves += 1
        if move is None:
            run_id = session.scalar(select(RunMove.run_id).where(RunMove.id == number))
            yield Problem(run_id, f"Move {number} (run {run_id}) cannot be read: it was changed after it was written.")
            continue
        yield from _link(before, move)
        if move.run_id is not None:
            of_run = last.get(move.run_id)
            yield from _move(of_run, move)
            yield from fact_problems(session, of_run, move)
            last[move.run_id] = _last(of_run, move)
        if expected is not None and move.id == expected[0] and move.hash != expected[1]:
            yield Problem(move.run_id, f"Move {move.id} is not the one that the head given was exported from.")
        before = move
    done.head = "" if before is None else f"{before.id}:{before.hash}"
    if before is None:
        yield Problem(None, "The chain is empty; even its root is gone.")
    if expected is not None and (before is None or before.id < expected[0]):
        yield Problem(None, f"The chain ends at move {before.id if before else 0}; the head given is {expected[0]}.")


def _link(before: RunMove | None, move: RunMove) -> Iterator[Problem]:
    """Check a move against the one before it."""
    number = ROOT_ID if before is None else before.id + 1
    if move.id != number:
        yield Problem(move.run_id, f"{_gap(number, move.id)} missing before move {move.id}{_of(move)}.")
    elif before is not None and move.prev_hash != before.hash:
        yield Problem(move.run_id, f"Move {move.id}{_of(move)} does not follow from move {before.id}{_of(before)}.")
    if move.hash != hash_of(move) or (move.id == ROOT_ID and not _is_root(move)):
        yield Problem(move.run_id, f"Move {move.id}{_of(move)} was changed after it was written.")


def _is_root(move: RunMove) -> bool:
    """Tell whether the root is what the migration wrote; its hash is that of its facts alone."""
    at = move.at.replace(tzinfo=None).isoformat()
    return at == move.facts and all(getattr(move, name) == value for name, value in ROOT.items())


def _last(before: LastMove | None, move: RunMove) -> LastMove:
    return LastMove(
        state=move.state,
        facts=digest(move.facts),
        hash=move.hash,
        prev_hash=move.prev_hash,
        begun=move.state in BEGINNINGS if before is None else before.begun,
        lasting=digest_of(move, LASTING),
        settled=digest_of(move, SETTLED),
        past_queue=move.state != "queued" or (before is not None and before.past_queue),
    )


def _move(last: LastMove | None, move: RunMove) -> Iterator[Problem]:
    """Check that a move was allowed after the run's last one."""
    if last is not None and move.state not in MOVES.get(last.state, ()):
        yield Problem(move.run_id, f"Run {move.run_id} went from {last.state} to {move.state}, move {move.id}.")


def _gap(first: int, after: int) -> str:
    return f"Move {first} is" if after == first + 1 else f"Moves {first} to {after - 1} are"


def _of(move: RunMove) -> str:
    return "" if move.run_id is None else f" (run {move.run_id}, {move.state})"
