"""Sessions in the database: hashes alone, expired rows go, and a busy SQLite fails no request that only looks."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.models import Session
from app.models.base import utc_now
from app.services import sessions
from app.services.sessions import database_store
from app.services.transactions import reading, writing

in_database = pytest.mark.parametrize("place", ["sqlite", "mysql"], indirect=True)
on_sqlite = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


def put(user_id: int | None, seen_ago: timedelta = timedelta()) -> str:
    """Put a session into the table that was last seen so long ago; return its id."""
    id_, seen_at = sessions.new_id(), utc_now() - seen_ago
    row = {"data": "{}", "address": "", "agent": "", "created_at": seen_at, "seen_at": seen_at}
    with writing() as transaction:
        transaction.add(Session(id_hash=hashlib.sha256(id_.encode()).hexdigest(), user_id=user_id, **row))
    return id_


def count() -> int:
    """Return how many rows there are."""
    with reading() as transaction:
        return transaction.scalar(select(func.count()).select_from(Session)) or 0


@in_database
def test_the_table_has_the_hash_of_the_id_alone(app: Flask) -> None:
    id_ = sessions.new_id()
    sessions.save(id_, None, {"user_id": 1})
    with reading() as transaction:
        row = transaction.scalars(select(Session)).one()
    assert row.id_hash == hashlib.sha256(id_.encode()).hexdigest()
    assert id_ not in str(vars(row))


@in_database
def test_an_expired_row_is_deleted_as_it_is_loaded(app: Flask) -> None:
    id_ = put(1, timedelta(hours=2))
    assert count() == 1
    assert sessions.store().load(id_) is None
    assert count() == 0


@in_database
def test_expired_rows_go_some_at_a_time_as_a_new_one_comes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["SESSION_IDLE_MINUTES"] = 120
    monkeypatch.setattr(database_store, "PRUNED", 2)
    kept = [put(1, timedelta(minutes=90)), put(None, timedelta(minutes=30))]
    for user_id, ago in ((1, 121), (None, 61), (None, 300)):
        put(user_id, timedelta(minutes=ago))
    for expected in (4, 4, 5):  # one comes each time; two go, then one, then none
        sessions.save(sessions.new_id(), None, {"user_id": 2})
        assert count() == expected
    assert all(sessions.store().load(id_) for id_ in kept)


@on_sqlite
def test_while_somebody_writes_a_request_is_answered_and_what_can_wait_is_left(app: Flask) -> None:
    used, expired = put(1, timedelta(minutes=2)), put(2, timedelta(hours=2))
    stored = sessions.store().load(used)
    assert stored is not None
    began = utc_now()
    with writing() as importing:
        importing.execute(update(Session).values(agent="importing"))
        sessions.save(used, stored, stored.data)
        assert sessions.store().load(expired) is None
        assert sessions.store().load(used) == stored
        assert utc_now() - began < timedelta(seconds=5), "it waited for the writer"
        importing.rollback()
    assert count() == 2
    sessions.save(used, stored, stored.data)
    seen = sessions.store().load(used)
    assert seen is not None
    assert seen.seen_at >= began
