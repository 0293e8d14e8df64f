"""A request that starts a run, and comes again: because its answer was lost, say. It starts no other run.

The key that its client gave it is committed in the transaction that queues the run: both are there, or neither is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import Select, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import AppError, Invalid
from app.models import IdempotencyKey
from app.models.base import utc_now
from app.services.runs.alongside import alongside
from app.services.transactions import reading, write_if_free

KEPT = timedelta(hours=24)
# Keys that are too old and go as a new one comes: more than come, and not so many that anybody waits for it.
PRUNED = 100


@dataclass(frozen=True)
class Keyed:
    """A request with a key.

    Attributes:
        user_id: whose it is: users do not meet each other's keys.
        key: as the client gave it.
        fingerprint: HMAC-SHA-256 with a key of this installation, as hex, of the request's method, path and content.
    """

    user_id: int
    key: str
    fingerprint: str

    @property
    def key_hash(self) -> str:
        """Return what is kept of the key."""
        return hashlib.sha256(self.key.encode()).hexdigest()


def run_once(request: Keyed, start: Callable[[], int]) -> tuple[int, bool]:
    """Return the id of the run that `start` queues, or of the one that the same request has started before.

    Returns: the id, and whether the request came before.

    Raises:
        Invalid: another request had that key.
        Whatever `start` raises.
    """
    if (earlier := _run_of(request)) is not None:
        return earlier, True
    try:
        with alongside(partial(_keep, request)):
            run_id = start()
    except (AppError, IntegrityError):
        # The same request may have been faster: this one could not keep its key, or met what that one has done.
        if (earlier := _run_of(request)) is None:
            raise
        return earlier, True
    write_if_free(_prune)
    return run_id, False


def _run_of(request: Keyed) -> int | None:
    """Return the run that a request has started; None if it is new.

    Raises:
        Invalid: the key is another request's.
    """
    with reading() as session:
        found = session.scalar(_with_key(request).where(IdempotencyKey.created_at > utc_now() - KEPT))
    if found is None:
        return None
    if found.fingerprint != request.fingerprint:
        raise Invalid(
            "This Idempotency-Key came with another request before.",
            "Give each request a key of its own, and the same one to that request sent again.",
        )
    return found.run_id


def _keep(request: Keyed, session: Session, run_id: int) -> None:
    """Keep the key with its run. One too old to count gives way; one that counts makes the transaction fail."""
    old = session.scalar(_with_key(request).where(IdempotencyKey.created_at <= utc_now() - KEPT))
    if old is not None:
        session.delete(old)
        session.flush()
    session.add(
        IdempotencyKey(
            user_id=request.user_id, key_hash=request.key_hash, fingerprint=request.fingerprint, run_id=run_id
        )
    )
    session.flush()


def _with_key(request: Keyed) -> Select[IdempotencyKey]:
    return select(IdempotencyKey).where(
        IdempotencyKey.user_id == request.user_id, IdempotencyKey.key_hash == request.key_hash
    )


def _prune(session: Session) -> None:
    """Delete some keys that are too old."""
    old = select(IdempotencyKey.id).where(IdempotencyKey.created_at <= utc_now() - KEPT)
    if ids := list(session.scalars(old.order_by(IdempotencyKey.created_at).limit(PRUNED))):
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.id.in_(ids)))
