"""Whether the ledger is what was written: edits, deletions, changed order and a cut end are found and named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.models import Run, RunMove
from app.models.run import MOVES
from app.services.runs.chain import ROOT_ID, facts_of, hash_of
from app.services.runs.whole_tables import every
from app.services.transactions import reading

HEAD = re.compile(r"(\d{1,9}):([0-9a-f]{64})")


@dataclass(frozen=True)
class Problem:
    """Something that is not as it was written; `run_id` is None where no run can be named."""

    run_id: int | None
    sentence: str


@dataclass
class Verification:
    """What was looked at, and what is wrong. `head` is the chain's last link: keep it somewhere else."""

    moves: int = 0
    runs: int = 0
    older: int = 0  # runs from before the chain, which it does not cover
    head: str = ""
    problems: list[Problem] = field(default_factory=list)


@dataclass
class _Last:
    """What the last move of a run says, and how it was linked."""

    state: str
    facts: bytes
    hash: str
    prev_hash: str


def verify(head: str = "") -> Verification:
    """Read the whole ledger and return what is wrong with it.

    Args:
        head: `NUMBER:HASH`, the head of an earlier verification, which the chain must still contain.

    Raises:
        Invalid: `head` is not of this form.
    """
    expected = _parse(head)
    done = Verification()
    last: dict[int, _Last] = {}
    with reading() as session:
        done.problems.extend(_chain(session, done, last, expected))
        changed = list(_rows(session, done, last))
        done.problems += [*changed, *_vanished(session, done.moves, last, alone=not changed)]
    return done


def _parse(head: str) -> tuple[int, str] | None:
    if not head:
        return None
    found = HEAD.fullmatch(head.strip())
    if found is None:
        raise Invalid(f'"{head}" is not the head of a chain.', "It looks like 41:9f86d0…, with 64 hex digits.")
    return int(found[1]), found[2]


def _chain(
    session: Session, done: Verification, last: dict[int, _Last], expected: tuple[int, str] | None
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
            yield from _move(last.get(move.run_id), move)
            last[move.run_id] = _Last(move.state, _digest(move.facts), move.hash, move.prev_hash)
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
    if move.hash != hash_of(move):
        yield Problem(move.run_id, f"Move {move.id}{_of(move)} was changed after it was written.")


def _move(last: _Last | None, move: RunMove) -> Iterator[Problem]:
    """Check that a move was allowed after the run's last one."""
    if last is None:
        if move.state not in ("queued", "running"):
            yield Problem(move.run_id, f"Run {move.run_id} begins with {move.state}, move {move.id}.")
    elif move.state not in MOVES.get(last.state, ()):
        yield Problem(move.run_id, f"Run {move.run_id} went from {last.state} to {move.state}, move {move.id}.")


def _rows(session: Session, done: Verification, last: dict[int, _Last]) -> Iterator[Problem]:
    """Compare the runs' rows with what their last moves say."""
    first = min(last, default=None)
    missing = dict(last)
    for run_id, run in every(session, Run):
        done.runs += 1
        move = missing.pop(run_id, None)
        if run is None:
            yield Problem(run_id, f"Run {run_id} cannot be read: its row was changed after its last move.")
        elif move is not None:
            if (_digest(facts_of(run)), run.hash, run.prev_hash) != (move.facts, move.hash, move.prev_hash):
                yield Problem(run_id, f"Run {run_id} was changed after its last move: its row is not what that says.")
        elif run.hash is None and (first is None or run_id < first):
            done.older += 1
        else:
            yield Problem(run_id, f"Run {run_id} has no moves; they were deleted, or it was not written by opsdesk.")
    for run_id in missing:
        yield Problem(run_id, f"Run {run_id} is no longer in the ledger, but its moves are: it was deleted.")


def _vanished(session: Session, moves: int, last: dict[int, _Last], alone: bool) -> Iterator[Problem]:
    """Name the runs that went with the moves that are missing: the ids, of those given out, that nothing has."""
    if (session.scalar(select(func.max(RunMove.id))) or 0) == moves:
        return
    ids = {0, *last, *session.scalars(select(Run.id))}
    gone = sorted(set(range(1, max(ids))) - ids)
    for run_id in gone:
        yield Problem(run_id, f"Run {run_id} is not in the ledger, and moves are missing: it was deleted with them.")
    if alone and not gone:
        newer = max(ids) + 1
        yield Problem(newer, f"Run {newer}, or a newer one, may have been deleted with the moves that are missing.")


def _gap(first: int, after: int) -> str:
    return f"Move {first} is" if after == first + 1 else f"Moves {first} to {after - 1} are"


def _of(move: RunMove) -> str:
    return "" if move.run_id is None else f" (run {move.run_id}, {move.state})"


def _digest(facts: str) -> bytes:
    return sha256(facts.encode()).digest()
