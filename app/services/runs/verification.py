"""Whether the ledger is what was written: edits, deletions, changed order and a cut end are found and named."""

from __future__ import annotations

import re

from app.errors import Invalid
from app.services.runs.chain_findings import chain_problems
from app.services.runs.findings import LastMove, Problem, Verification
from app.services.runs.row_findings import row_problems, vanished_problems
from app.services.transactions import reading

__all__ = ["Problem", "Verification", "verify"]

HEAD = re.compile(r"(\d{1,9}):([0-9a-f]{64})")


def verify(head: str = "") -> Verification:
    """Read the whole ledger and return what is wrong with it.

    Args:
        head: `NUMBER:HASH`, the head of an earlier verification, which the chain must still contain.

    Raises:
        Invalid: `head` is not of this form.
    """
    expected = _parse(head)
    done = Verification()
    last: dict[int, LastMove] = {}
    with reading() as session:
        done.problems.extend(chain_problems(session, done, last, expected))
        changed = list(row_problems(session, done, last))
        done.problems += [*changed, *vanished_problems(session, done.moves, last, alone=not changed)]
    return done


def _parse(head: str) -> tuple[int, str] | None:
    if not head:
        return None
    found = HEAD.fullmatch(head.strip())
    if found is None:
        raise Invalid(f'"{head}" is not the head of a chain.', "It looks like 41:9f86d0…, with 64 hex digits.")
    return int(found[1]), found[2]
