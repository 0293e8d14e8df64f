"""Ctrl-C and SIGTERM at any moment leave a ledger that tells the truth."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.models import Run
from app.services import runs
from tests.app.services.runs.processes import process

ACTS = 24
# Processes one after the other, forked because a start takes long. Each acts once: a row in a transaction of its own.
# Meanwhile it gets one signal or two, at moments spread over what an act takes.
ACTOR = f"""
    import os, random, traceback
    from app.interrupts import uninterrupted

    def act():
        with runs.recorded("script", "act", {{}}) as run, db.engine.connect() as connection:
            connection.exec_driver_sql(f"INSERT INTO acts VALUES ({{run.id}})")
            with uninterrupted():
                connection.commit()
                run.committed = True

    def act_in_child():
        try:
            db.engine.dispose(close=False)
            os.write(begins, b"!")
            act()
        except KeyboardInterrupt:
            pass
        except BaseException:
            traceback.print_exc(file=sys.stdout)
            sys.stdout.flush()
        finally:
            os._exit(0)

    act()
    times = []
    for _ in range(5):
        before = time.monotonic()
        act()
        times.append(time.monotonic() - before)
    takes = 2.5 * min(times)
    rng = random.Random(20261121)
    begun, begins = os.pipe()
    for number in range({ACTS}):
        child = os.fork()
        if not child:
            act_in_child()
        os.read(begun, 1)
        time.sleep(takes * number / {ACTS})
        for _ in range(SIGNALS):
            os.kill(child, rng.choice([signal.SIGINT, signal.SIGTERM]))
            time.sleep(rng.uniform(0, takes / 10))
        os.waitpid(child, 0)
"""


@pytest.mark.parametrize("signals", [1, 2])
def test_the_ledger_says_what_was_committed(signals: int, app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE acts (run_id INT PRIMARY KEY)")
    with process(ACTOR.replace("SIGNALS", str(signals))) as actor:
        out, err = actor.communicate(timeout=240)
    assert (actor.returncode, out) == (0, ""), err  # stderr has what libraries say as they are broken off
    runs.newest(1)
    with db.engine.connect() as connection:
        committed = set(connection.scalars(sa.text("SELECT run_id FROM acts")))
        states = {row.id: row.state for row in connection.execute(sa.select(Run.id, Run.state))}
    by_state = {state: {run_id for run_id in states if states[run_id] == state} for state in states.values()}
    assert set(by_state) <= {"succeeded", "cancelled", *(["lost"] if signals > 1 else [])}
    assert by_state["succeeded"] <= committed
    assert not by_state.get("cancelled", set()) & committed
    assert runs.verify().problems == []
