"""Sessions in the table `sessions`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session as Transaction

from app.models import Session
from app.models.base import utc_now
from app.services.sessions.ids import HANDLE_LENGTH, hash_of
from app.services.sessions.limits import Limits
from app.services.sessions.stored import Listed, Stored
from app.services.transactions import reading, write_if_free, writing

# Expired rows that go as a new one comes: more than come, and not so many that anybody waits for it.
PRUNED = 100


@dataclass(frozen=True)
class DatabaseStore:
    """Keeps sessions in the application's database; see `Store` for what it does.

    SQLite has one writer, so a request that changes nothing waits for none. Rows are written by their primary key,
    which is found first: two that write the same row meet at one lock, and MariaDB has no deadlock to resolve.
    """

    limits: Limits

    def load(self, id_: str) -> Stored | None:
        """Return a session; None if there is none. One that has expired is deleted."""
        with reading() as transaction:
            row = transaction.scalar(select(Session).where(Session.id_hash == hash_of(id_)))
        if row is None:
            return None
        if self._is_over(row):
            number = row.id
            write_if_free(lambda transaction: _delete(transaction, [number]))
            return None
        return Stored(row.user_id, row.data, row.created_at, row.seen_at, row.address, row.agent)

    def add(self, id_: str, stored: Stored) -> None:
        """Keep a new session; some that have expired go."""
        with writing() as transaction:
            transaction.add(
                Session(
                    id_hash=hash_of(id_),
                    user_id=stored.user_id,
                    data=stored.text,
                    created_at=stored.created_at,
                    **stored.seen(),
                )
            )
        write_if_free(self._prune)

    def save(self, id_: str, stored: Stored, waits: bool = True) -> None:
        """Keep what has changed of a session, if it is still there; unless it waits, not while somebody else writes."""
        values = {"user_id": stored.user_id, "data": stored.text, **stored.seen()}
        if not waits:
            write_if_free(lambda transaction: _update(transaction, id_, values))
            return
        with writing() as transaction:
            _update(transaction, id_, values)

    def touch(self, id_: str, stored: Stored) -> None:
        """Keep when a session was seen, unless somebody else is writing for long."""
        write_if_free(lambda transaction: _update(transaction, id_, stored.seen()))

    def delete(self, id_: str) -> None:
        """End a session, if there is one."""
        with writing() as transaction:
            _delete(transaction, transaction.scalars(select(Session.id).where(Session.id_hash == hash_of(id_))).all())

    def delete_of_user(self, user_id: int, except_id: str | None = None) -> int:
        """End a user's sessions, but for the one of the id `except_id`; return how many there were."""
        kept = hash_of(except_id) if except_id else ""
        return self._end(Session.user_id == user_id, Session.id_hash != kept)

    def delete_one(self, user_id: int, handle: str) -> bool:
        """End a user's session of this handle; tell whether there was one."""
        if len(handle) != HANDLE_LENGTH:
            return False
        return self._end(Session.user_id == user_id, Session.id_hash.startswith(handle, autoescape=True)) > 0

    def of_user(self, user_id: int) -> list[Listed]:
        """Return a user's sessions, the last seen first."""
        with reading() as transaction:
            rows = transaction.scalars(
                select(Session).where(Session.user_id == user_id).order_by(Session.seen_at.desc(), Session.id)
            ).all()
        return [
            Listed(row.id_hash[:HANDLE_LENGTH], row.created_at, row.seen_at, row.address, row.agent)
            for row in rows
            if not self._is_over(row)
        ]

    def _end(self, *which: ColumnElement[bool]) -> int:
        """Delete sessions; return how many of them had not expired."""
        with writing() as transaction:
            rows = transaction.scalars(select(Session).where(*which).order_by(Session.id)).all()
            ended = sum(not self._is_over(row) for row in rows)
            _delete(transaction, [row.id for row in rows])
        return ended

    def _is_over(self, row: Session) -> bool:
        return self.limits.over(row.user_id, row.created_at, row.seen_at)

    def _prune(self, transaction: Transaction) -> None:
        """Delete some sessions that were idle too long. Those beyond the absolute limit go as they are loaded."""
        now = utc_now()
        unseen = Session.seen_at < now - self.limits.idle
        expired = select(Session.id).where(
            Session.seen_at < now - self.limits.idle_before_sign_in, or_(Session.user_id.is_(None), unseen)
        )
        _delete(transaction, sorted(transaction.scalars(expired.order_by(Session.seen_at).limit(PRUNED))))


def _update(transaction: Transaction, id_: str, values: dict[str, object]) -> None:
    number = transaction.scalar(select(Session.id).where(Session.id_hash == hash_of(id_)))
    transaction.execute(update(Session).where(Session.id == number).values(values))


def _delete(transaction: Transaction, numbers: Sequence[int]) -> None:
    if numbers:
        transaction.execute(
            delete(Session).where(Session.id.in_(numbers)), execution_options={"synchronize_session": False}
        )
