"""What is committed together with a run that is queued: both are there, or neither is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy.orm import Session

# Writes what belongs to the run of that id, in the transaction that queues it.
Write = Callable[[Session, int], None]

_writes: ContextVar[tuple[Write, ...]] = ContextVar("writes", default=())


@contextmanager
def alongside(write: Write) -> Iterator[None]:
    """Have `write` called for the run that is queued inside; what it raises keeps that from being queued."""
    before = _writes.set((*_writes.get(), write))
    try:
        yield
    finally:
        _writes.reset(before)


def write_alongside(session: Session, run_id: int) -> None:
    """Write all that belongs to a run that is queued now, into the session's transaction."""
    for write in _writes.get():
        write(session, run_id)
