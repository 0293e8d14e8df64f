"""Sessions are kept, limited and ended, alike in SQLite, MariaDB and Redis."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.models.base import utc_now
from app.services import sessions
from app.services.sessions import Stored

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
DATA = st.dictionaries(st.text(st.characters(), max_size=12).filter(lambda name: name != "user_id"), JSON, max_size=5)


def begin(user_id: int | None = None, **data: Any) -> str:
    """Begin a session; return its id."""
    id_ = sessions.new_id()
    sessions.save(id_, None, data if user_id is None else {"user_id": user_id, **data}, "10.0.0.7", "Firefox")
    return id_


def loaded(id_: str) -> Stored:
    """Return a session that must be there."""
    stored = sessions.store().load(id_)
    assert stored is not None
    return stored


def aged(id_: str, seen: timedelta = timedelta(), created: timedelta = timedelta()) -> None:
    """Have a session seen and created so long ago."""
    stored = loaded(id_)
    sessions.store().save(
        id_, replace(stored, seen_at=stored.seen_at - seen, created_at=stored.created_at - max(seen, created))
    )


def created_ago(id_: str, user_id: int, ago: timedelta) -> None:
    """Begin a session that was created so long ago and has been used all the while."""
    sessions.store().add(id_, Stored(user_id, "{}", utc_now() - ago, utc_now(), "", ""))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=DATA)
def test_what_is_saved_is_what_is_loaded(app: Flask, data: dict[str, Any]) -> None:
    new, changed = sessions.new_id(), begin()
    sessions.save(new, None, data)
    sessions.save(changed, loaded(changed), data)
    assert loaded(new).data == loaded(changed).data == data


def test_a_session_says_whose_it_is_and_whence(app: Flask) -> None:
    before = utc_now()
    stored = loaded(begin(1, note="已导入 🎉"))
    assert (stored.user_id, stored.data) == (1, {"user_id": 1, "note": "已导入 🎉"})
    assert (stored.address, stored.agent) == ("10.0.0.7", "Firefox")
    assert before <= stored.created_at == stored.seen_at <= utc_now()
    assert loaded(begin()).user_id is None


def test_a_long_agent_and_address_are_cut(app: Flask) -> None:
    id_ = sessions.new_id()
    sessions.save(id_, None, {}, "a" * 99, "é" * 999)
    assert (loaded(id_).address, loaded(id_).agent) == ("a" * 45, "é" * 200)


@pytest.mark.parametrize("id_", ["", "nobody's", "' OR 1=1 --", "*", "\udcff", "x" * 100_000])
def test_an_unknown_id_has_no_session(app: Flask, id_: str) -> None:
    begin(1)
    assert sessions.store().load(id_) is None
    sessions.store().delete(id_)


def test_what_is_no_json_is_refused(app: Flask) -> None:
    with pytest.raises(TypeError):
        begin(when=datetime(2026, 7, 1))


def test_ids_are_long_and_their_handles_do_not_give_them_away(app: Flask) -> None:
    id_ = sessions.new_id()
    assert len(id_) == 43
    assert id_ != sessions.new_id()
    assert sessions.handle_of(id_) == hashlib.sha256(id_.encode()).hexdigest()[:16]


def test_data_that_is_changed_in_place_is_saved(app: Flask) -> None:
    id_ = begin(flashes=["one"])
    stored = loaded(id_)
    data = stored.data
    data["flashes"].append("two")
    sessions.save(id_, stored, data)
    assert loaded(id_).data == {"flashes": ["one", "two"]}


def test_that_it_was_seen_is_written_once_a_minute(app: Flask) -> None:
    id_ = begin(1)
    first = loaded(id_)
    sessions.save(id_, first, first.data, "10.0.0.8", "curl")
    assert loaded(id_) == first
    aged(id_, seen=timedelta(seconds=61))
    stored = loaded(id_)
    sessions.save(id_, stored, stored.data, "10.0.0.8", "curl")
    seen = loaded(id_)
    assert (seen.address, seen.agent) == ("10.0.0.8", "curl")
    assert seen.seen_at >= first.seen_at
    assert (seen.created_at, seen.text) == (stored.created_at, stored.text)


def test_a_change_of_data_is_written_at_once(app: Flask) -> None:
    id_ = begin(1)
    stored = loaded(id_)
    sessions.save(id_, stored, {"user_id": 1, "n": 2})
    sessions.save(id_, stored, {"user_id": 1, "n": 3})
    assert loaded(id_).data["n"] == 3
    assert loaded(id_).created_at == stored.created_at


@pytest.mark.parametrize(
    ("user_id", "seen", "there"), [(1, 59, True), (1, 61, False), (None, 59, True), (None, 61, False)]
)
def test_a_session_ends_that_is_not_used(app: Flask, user_id: int | None, seen: int, there: bool) -> None:
    id_ = begin(user_id)
    aged(id_, seen=timedelta(minutes=seen))
    assert (sessions.store().load(id_) is not None) is there


def test_a_session_that_is_used_ends_after_the_absolute_limit(app: Flask) -> None:
    young, old = sessions.new_id(), sessions.new_id()
    created_ago(young, 1, timedelta(hours=11, minutes=59))
    created_ago(old, 1, timedelta(hours=12, seconds=1))
    assert sessions.store().load(young) is not None
    assert [one.handle for one in sessions.of_user(1)] == [sessions.handle_of(young)]
    assert sessions.store().load(old) is None


@pytest.mark.parametrize(("minutes", "ends"), [(480, 61), (10, 11)])
def test_before_sign_in_nothing_lives_longer_than_an_hour_or_the_idle_limit(
    app: Flask, minutes: int, ends: int
) -> None:
    app.config["SESSION_IDLE_MINUTES"] = minutes
    anonymous, signed_in = begin(), begin(1)
    aged(anonymous, seen=timedelta(minutes=ends - 2))
    assert sessions.store().load(anonymous) is not None
    for id_ in (anonymous, signed_in):
        aged(id_, seen=timedelta(minutes=ends))
    assert sessions.store().load(anonymous) is None
    assert (sessions.store().load(signed_in) is not None) is (minutes > ends)


def test_a_short_idle_limit_does_not_end_what_is_used(app: Flask) -> None:
    app.config["SESSION_IDLE_MINUTES"] = 1
    id_ = begin(1)
    for _ in range(4):
        aged(id_, seen=timedelta(seconds=20))
        stored = loaded(id_)
        sessions.save(id_, stored, stored.data)
    assert loaded(id_).seen_at > utc_now() - timedelta(seconds=20)


def test_a_user_sees_their_own_sessions_the_last_seen_first(app: Flask) -> None:
    older, newer, _other, expired = begin(1), begin(1), begin(2), begin(1)
    aged(older, seen=timedelta(minutes=5))
    aged(expired, seen=timedelta(minutes=61))
    begin()
    listed = sessions.of_user(1)
    assert [one.handle for one in listed] == [sessions.handle_of(newer), sessions.handle_of(older)]
    assert (listed[0].address, listed[0].agent, listed[0].seen_at) == ("10.0.0.7", "Firefox", loaded(newer).seen_at)
    assert sessions.of_user(3) == []


def test_all_sessions_of_a_user_end_but_one(app: Flask) -> None:
    mine, others, somebodys = begin(1), [begin(1), begin(1)], begin(2)
    assert sessions.end_all(1, except_id=mine) == 2
    assert [sessions.store().load(id_) for id_ in others] == [None, None]
    assert sessions.store().load(mine) is not None
    assert sessions.end_all(1) == 1
    assert sessions.end_all(1) == 0
    assert sessions.store().load(mine) is None
    assert sessions.store().load(somebodys) is not None


def test_sessions_that_had_expired_are_not_counted_as_ended(app: Flask) -> None:
    begin(1)
    aged(begin(1), seen=timedelta(minutes=61))
    assert sessions.end_all(1) == 1


def test_one_session_ends_by_its_handle_and_for_its_user_alone(app: Flask) -> None:
    first, second, somebodys = begin(1), begin(1), begin(2)
    assert not sessions.end_one(1, sessions.handle_of(somebodys))
    for wrong in ("", "%", "_" * 16, sessions.handle_of(first)[:15], "*"):
        assert not sessions.end_one(1, wrong)
    assert sessions.end_one(1, sessions.handle_of(first))
    assert not sessions.end_one(1, sessions.handle_of(first))
    assert sessions.store().load(first) is None
    assert sessions.store().load(second) is not None
    assert sessions.store().load(somebodys) is not None


def end_by_all(id_: str) -> None:
    sessions.end_all(1)


@pytest.mark.parametrize("end", [end_by_all, lambda id_: sessions.store().delete(id_)])
def test_a_request_that_was_under_way_does_not_bring_an_ended_session_back(
    app: Flask, end: Callable[[str], None]
) -> None:
    id_ = begin(1)
    changed, seen = loaded(id_), replace(loaded(id_), seen_at=utc_now() - timedelta(minutes=2))
    end(id_)
    sessions.save(id_, changed, {"user_id": 1, "n": 1})
    assert sessions.store().load(id_) is None
    sessions.save(id_, seen, seen.data)
    assert sessions.store().load(id_) is None
    assert sessions.of_user(1) == []


def test_a_session_whose_user_is_gone_from_it_is_no_longer_theirs(app: Flask) -> None:
    id_ = begin(1)
    sessions.save(id_, loaded(id_), {"note": "signed out"})
    assert loaded(id_).user_id is None
    assert sessions.of_user(1) == []
    assert sessions.end_all(1) == 0
    assert loaded(id_).data == {"note": "signed out"}
