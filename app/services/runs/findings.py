"""What a verification of the ledger finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256


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
class LastMove:
    """What the last move of a run says, how it was linked, and whether its first move began the run.

    `lasting` stands for those of its facts that never change, `settled` for those that do not once it is `past_queue`:
    once a move says something else than queued. A run from before the chain that is moved now, lost or cancelled, does
    not begin in it.
    """

    state: str
    facts: bytes
    hash: str
    prev_hash: str
    begun: bool
    lasting: bytes
    settled: bytes
    past_queue: bool


def digest(facts: str) -> bytes:
    """Return what a run's facts are compared by; the facts of a million runs would fill the memory."""
    return sha256(facts.encode()).digest()
