"""Claims: whose turn it is, and that never more go on at once than may."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.asker import Asker, asking
from app.errors import Busy, ConfigError, Conflict
from app.extensions import db
from app.models import RunRequest
from app.services import runs
from app.services.queue import claiming, waking
from app.services.queue.enqueuing import enqueue
from app.services.queue.limits import limits
from app.services.queue.priorities import PRIORITIES
from app.services.runs import moves, stopping
from app.services.runs.turns import next_turn

CLAIMERS = 8

T = TypeVar("T")


@pytest.fixture(autouse=True)
def _asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wake nobody."""
    monkeypatch.setattr(waking, "wake", lambda: True)


def put(operator: str = "li", kind: str = "script", priority: str = "normal", lock: str = "") -> int:
    """Queue a run that nobody is going to do."""
    with asking(Asker(operator)):
        name, lock = "anything", lock or f"{kind}:{uuid4().hex}"
        return enqueue(kind, kind, name, {}, arguments={}, lock_name=lock, priority=PRIORITIES[priority])


def end(run_id: int) -> None:
    """Bring a run that was claimed to its end."""
    moves.move(run_id, "running", lock_name=f"run:{run_id}")
    moves.move(run_id, "succeeded")


def order() -> Iterator[int]:
    """Claim and end one run after the other, as long as any may go."""
    while (claim := claiming.claim_next()) is not None:
        yield claim.run_id
        end(claim.run_id)


@given(st.lists(st.one_of(st.sampled_from("abcd"), st.none()), max_size=60))
def test_nobody_waits_for_more_than_one_run_of_each_other_operator(steps: list[str | None]) -> None:
    """A letter queues a run of that operator, None claims one."""
    waiting: list[tuple[int, int, str]] = []
    passed_by: dict[int, Counter[str]] = {}
    for number, operator in enumerate(steps):
        if operator is not None:
            own = [turn for turn, _, other in waiting if other == operator]
            first = min((turn for turn, _, _ in waiting), default=None)
            waiting.append((next_turn(max(own, default=None), first), number, operator))
            if not own:
                passed_by[number] = Counter()
        elif waiting:
            turn, run, operator = min(waiting)
            waiting.remove((turn, run, operator))
            passed_by.pop(run, None)
            for counts in passed_by.values():
                counts[operator] += 1
    assert all(count <= 1 for counts in passed_by.values() for count in counts.values())


def test_operators_take_turns(app: Flask) -> None:
    app.config["QUEUE_LIMITS"] = "script=1"
    li = [put("li") for _ in range(6)]
    wang, zhao = put("wang"), [put("zhao") for _ in range(2)]
    assert list(order()) == [li[0], wang, zhao[0], li[1], zhao[1], *li[2:]]


def test_what_is_urgent_goes_first_and_what_is_older_before_that(app: Flask) -> None:
    app.config["QUEUE_LIMITS"] = "script=1"
    low, normal, high, another = put(priority="low"), put(), put(priority="high"), put(priority="high")
    assert list(order()) == [high, another, normal, low]


def test_no_more_of_a_kind_go_on_than_may_and_one_for_each_lock(app: Flask) -> None:
    app.config["QUEUE_LIMITS"] = "import=2,script=1"
    first, beside = put(kind="import", lock="table:orders"), put(kind="import", lock="table:orders")
    other, third, script, undo = put(kind="import"), put(kind="import"), put(), put(kind="undo", lock="table:orders")
    assert claiming.may_go() == 3
    claimed = [claim.run_id for claim in iter(claiming.claim_next, None)]
    assert (sorted(claimed), claiming.may_go()) == (sorted([first, other, script]), 0)
    end(first)
    assert [claim.run_id for claim in iter(claiming.claim_next, None)] == [beside]
    end(other)
    end(beside)
    assert sorted(claim.run_id for claim in iter(claiming.claim_next, None)) == sorted([third, undo])


def test_a_run_of_the_command_line_holds_its_table_too(app: Flask) -> None:
    waits = put(kind="import", lock="run:000000000000")
    with runs.recorded("import", "june.xlsx → orders", {}) as run:
        with db.engine.begin() as connection:
            mine = f"run:{run.token}"
            connection.execute(sa.update(RunRequest).values(lock_name=mine))
        assert (claiming.claim_next(), claiming.may_go()) == (None, 0)
    claim = claiming.claim_next()
    assert claim is not None
    assert claim.run_id == waits


def test_a_run_that_was_put_back_rests_first(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = put()
    monkeypatch.setattr(claiming, "RESTS_S", 600.0)
    claiming.put_back(claiming.claim(run_id))
    assert (claiming.claim_next(), claiming.may_go(), claiming.waiting()) == (None, 0, 1)
    monkeypatch.setattr(claiming, "RESTS_S", -1.0)
    assert claiming.claim_next() is not None


def test_a_claim_by_number_is_one_too(app: Flask) -> None:
    run_id = put()
    claiming.claim(run_id)
    with pytest.raises(Busy, match="Another process has"):
        claiming.claim(run_id)
    stopping.ask(run_id, "cancel")
    with pytest.raises(Conflict, match="is cancelled"):
        claiming.claim(run_id)


@pytest.mark.parametrize("wrong", ["import", "import=0", "sheet=2", "import=two", "import=2;undo=1"])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_limits_that_are_none_are_refused(app: Flask, wrong: str) -> None:
    app.config["QUEUE_LIMITS"] = wrong
    with pytest.raises(ConfigError, match="QUEUE_LIMITS"):
        limits()


def patiently(act: Callable[[], T]) -> T:
    """Do something as often as it takes: SQLite's writers have no queue, and one may wait in vain."""
    while True:
        try:
            return act()
        except sa.exc.OperationalError:
            time.sleep(0.01)


def test_many_claimers_at_once_never_exceed_the_limits(app: Flask) -> None:
    app.config["QUEUE_LIMITS"] = "import=2,script=3"
    told = {n: (("import", "script")[n % 2], f"table:{n % 7}") for n in range(40)}
    queued = {put(f"operator {n % 5}", kind, lock=lock): (kind, lock) for n, (kind, lock) in told.items()}
    going_on: Counter[str] = Counter()
    most: Counter[str] = Counter()
    done: list[int] = []
    counting = threading.Lock()

    def carry_out() -> None:
        with app.app_context():
            while len(done) < len(queued):
                claim = patiently(claiming.claim_next)
                if claim is None:
                    time.sleep(0.01)
                    continue
                with counting:
                    going_on.update(queued[claim.run_id])
                    for what in queued[claim.run_id]:
                        most[what] = max(most[what], going_on[what])
                time.sleep(0.02)
                with counting:
                    going_on.subtract(queued[claim.run_id])
                patiently(partial(end, claim.run_id))
                done.append(claim.run_id)

    threads = [threading.Thread(target=carry_out) for _ in range(CLAIMERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == sorted(queued)
    assert 1 <= most.pop("import") <= 2
    assert 1 <= most.pop("script") <= 3
    assert set(most.values()) == {1}
    assert runs.verify().problems == []
