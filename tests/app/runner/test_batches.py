"""Batches: committed with their checkpoint, gone on after, never done twice."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.errors import Failed, Refused
from app.extensions import db
from app.runner.stopping import PAUSE
from app.services import runs
from app.services.runs import folders, heart
from app.services.runs.channel import channel_of
from app.services.scripts.resuming import resume
from tests.scripts import Quiet, run_script

HEAD = '''"""A script of the tests."""

import click
import sqlalchemy as sa
from sqlalchemy import select

from app.models import Order
from app.runner import script

things = sa.table("things", sa.column("id"), sa.column("n"))

'''


@pytest.fixture
def write(tmp_path: Path):
    """Write a script and give its path."""

    def write(body: str, declared: str = 'owner="tests"', name: str = "job") -> Path:
        path = tmp_path / "offline_script" / "recycle" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        source = HEAD + f"@script({declared})\n" + body
        path.write_text(source)
        return path

    return write


@pytest.fixture
def things(app: Flask) -> None:
    """Make a table of 25 things whose n is 0."""
    with db.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE things (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"))
        connection.execute(sa.text("INSERT INTO things VALUES (:i, 0)"), [{"i": i} for i in range(1, 26)])


def numbers() -> list[int]:
    """Return the n of all things, in order."""
    with db.engine.connect() as connection:
        return list(connection.scalars(sa.text("SELECT n FROM things ORDER BY id")))


COUNT_UP = """
def main(run):
    for batch in run.batches(select(things), key=things.c.id, size=10):
        for thing in batch:
            run.session.execute(sa.update(things).where(things.c.id == thing.id).values(n=things.c.n + 1))
"""
BREAKS_OFF = COUNT_UP.replace(
    "for thing in batch:", "for thing in batch:\n            if thing.id == 15: raise ValueError()"
)


def test_every_item_is_done_once(things: None, write) -> None:
    outcome = run_script(write(COUNT_UP))
    assert numbers() == [1] * 25
    assert outcome.rows == {"things": {"inserted": 0, "updated": 25, "deleted": 0}}
    run = runs.get(outcome.run_id)
    assert (run.state, run.rows, run.progress_done, run.progress_total) == ("succeeded", outcome.rows, 25, 25)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("    raise ValueError('no')", "ValueError: no (job.py, line"),
        ("    run.session.execute(sa.text('SELECT * FROM nowhere'))", "nowhere"),
    ],
)
def test_what_goes_wrong_is_rolled_back_and_named(things: None, write, body: str, error: str) -> None:
    path = write(f"def main(run):\n    run.session.execute(sa.update(things).values(n=7))\n{body}\n")
    with pytest.raises(Failed) as caught:
        run_script(path)
    assert error in caught.value.message
    assert numbers() == [0] * 25
    run = runs.newest(1)[0]
    assert (run.state, run.rows) == ("failed", {})
    assert "Traceback" in run_log(run)


def run_log(run) -> str:
    """Return the log of a run."""
    return (folders.folder_of(run.id, run.token).log).read_text()


STUMBLES = """
def main(run):
    for batch in run.batches(select(things), key=things.c.id, size=10):
        for thing in batch:
            if thing.id == 15 and not Path(FLAG).exists():
                raise ValueError("mend me")
            run.session.execute(sa.update(things).where(things.c.id == thing.id).values(n=things.c.n + 1))
    run.session.execute(sa.text("UPDATE things SET n = n + 100 WHERE id = 1"))
"""


def test_a_failed_run_goes_on_after_its_last_batch(things: None, write, tmp_path: Path) -> None:
    flag = tmp_path / "mended"
    path = write("from pathlib import Path\nFLAG = " + repr(str(flag)) + "\n")
    path.write_text(HEAD + f"from pathlib import Path\nFLAG = {str(flag)!r}\n\n@script(owner='t')" + STUMBLES)
    with pytest.raises(Failed, match="mend me"):
        run_script(path)
    run = runs.newest(1)[0]
    assert numbers() == [1] * 10 + [0] * 15
    assert (run.state, run.rows["things"]["updated"], run.progress_done) == ("failed", 10, 10)
    flag.touch()
    outcome = resume(run.id, Quiet())
    assert numbers() == [101] + [1] * 24
    assert outcome.run_id == run.id
    assert runs.get(run.id).rows["things"]["updated"] == 26
    assert runs.verify().problems == []


def test_what_was_asked_of_an_earlier_attempt_does_not_stop_the_next(things: None, write, monkeypatch) -> None:
    monkeypatch.setattr(heart, "BEAT_S", 0.01)
    path = write(BREAKS_OFF)
    with pytest.raises(Failed):
        run_script(path)
    run = runs.newest(1)[0]
    channel_of(db.engine, folders.folder_of(run.id, run.token)).ask(PAUSE)  # when nobody listened any more
    write(COUNT_UP.replace("for thing in batch:", "__import__('time').sleep(0.1)\n        for thing in batch:"))
    resume(run.id, Quiet(), new_code=True)
    assert numbers() == [1] * 25


def test_a_changed_script_is_not_resumed_unless_it_may(things: None, write) -> None:
    path = write(BREAKS_OFF)
    with pytest.raises(Failed):
        run_script(path)
    run = runs.newest(1)[0]
    write(COUNT_UP)
    with pytest.raises(Refused, match="has changed"):
        resume(run.id, Quiet())
    resume(run.id, Quiet(), new_code=True)
    assert numbers() == [1] * 25


@pytest.mark.parametrize("column", ["position", "last_key", "digest", "step", "source", "attempt"])
def test_an_edited_checkpoint_is_refused(things: None, write, column: str) -> None:
    with pytest.raises(Failed):
        run_script(write(BREAKS_OFF))
    run = runs.newest(1)[0]
    value = {"position": 3, "last_key": '[["int", 3]]', "step": 1, "attempt": 7}.get(column, "0" * 64)
    with db.engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE checkpoints SET {column} = :v"), {"v": value})
    with pytest.raises(Refused, match="not as it was written"):
        resume(run.id, Quiet())
    assert runs.get(run.id).state == "failed"


def test_a_checkpoint_that_is_gone_is_no_beginning(things: None, write) -> None:
    with pytest.raises(Failed):
        run_script(write(BREAKS_OFF))
    with db.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM checkpoints"))
    with pytest.raises(Refused, match="checkpoint"):
        resume(runs.newest(1)[0].id, Quiet())
    assert numbers() == [1] * 10 + [0] * 15


def test_the_checkpoint_of_another_query_is_refused(things: None, write) -> None:
    with pytest.raises(Failed):
        run_script(write(BREAKS_OFF))
    run = runs.newest(1)[0]
    write(COUNT_UP.replace("select(things)", "select(things).where(things.c.n >= 0)"))
    with pytest.raises(Refused, match="another query"):
        resume(run.id, Quiet(), new_code=True)


def test_a_key_that_is_not_unique_is_refused(things: None, write) -> None:
    with pytest.raises(Failed, match="Two rows of the query have the key 0"):
        run_script(write(COUNT_UP.replace("key=things.c.id", "key=things.c.n")))
    with pytest.raises(Failed, match="not unique"):
        run_script(
            write("def main(run):\n    for batch in run.batches(select(Order), key=Order.customer):\n        pass\n")
        )


@pytest.mark.parametrize("ending", ["order_by(things.c.n)", "limit(3)", "offset(1)"])
def test_a_query_with_an_order_of_its_own_is_refused(things: None, write, ending: str) -> None:
    with pytest.raises(Failed, match="ORDER BY, LIMIT or OFFSET"):
        run_script(write(COUNT_UP.replace("select(things)", f"select(things).{ending}")))


def test_rows_changed_before_the_batches_are_refused(things: None, write) -> None:
    body = COUNT_UP.replace("(run):", "(run):\n    run.session.execute(sa.text('UPDATE things SET n = 5'))")
    with pytest.raises(Failed, match="between its batches"):
        run_script(write(body))
    assert numbers() == [0] * 25


def test_a_loop_that_is_left_keeps_its_batch_once(things: None, write) -> None:
    body = COUNT_UP + "        if thing.id > 10:\n            break\n"
    body += COUNT_UP.replace("\ndef main(run):\n", "")
    outcome = run_script(write(body))
    assert numbers() == [2] * 20 + [1] * 5
    assert outcome.rows["things"]["updated"] == 45


ITEMS = """
def main(run):
    items = [f"{i:02}" for i in range(1, 26)]
    for batch in run.batches(items, key=lambda item: item, size=4):
        for item in batch:
            if item == "14" and ZERO == 0:
                raise ValueError("no")
            run.session.execute(sa.update(things).where(things.c.id == int(item)).values(n=things.c.n + 1))
"""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("for batch in list(run.batches(select(things), key=things.c.id, size=5)): pass", "The batches are collected"),
        ("for batch in run.batches(select(things), size=0): pass", "size is 0"),
        ("for batch in run.batches(select(things.c.n).distinct(), key=things.c.n): pass", "DISTINCT"),
        ("for batch in run.batches(select(things.c.n).group_by(things.c.n), key=things.c.n): pass", "GROUP BY"),
        ("for batch in run.batches(run.session.query(things)): pass", "cannot go through a Query"),
        ("for batch in run.batches(run.session.execute(select(things))): pass", "cannot go through a"),
        ("for batch in run.batches([object()]): pass", "cannot tell one object from another"),
        ("for batch in run.batches(select(Order), key=Order.note): pass", "not unique"),
    ],
)
def test_loops_that_could_not_go_on_are_refused(things: None, write, body: str, message: str) -> None:
    with pytest.raises(Failed, match=message):
        run_script(write(f"def main(run):\n    {body}\n"))


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_a_key_that_mysql_sorts_by_number_is_refused(things: None, write) -> None:
    body = "def main(run):\n    for batch in run.batches(select(Order), key=(Order.status, Order.order_no)): pass\n"
    with pytest.raises(Failed, match="status is ENUM"):
        run_script(write(body))


def test_what_is_kept_across_batches_keeps_its_changes(things: None, write) -> None:
    body = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Thing(Base):
    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]

@script(owner="tests")
def main(run):
    first = None
    for batch in run.batches(select(Thing), size=4):
        for thing in batch:
            first = first or thing
            first.n += 1
"""
    path = write("def nothing():\n    pass\n")
    path.write_text(HEAD + body)
    tried = run_script(path, dry_run=True)
    assert [(change.before, change.after) for change in tried.result.diff[0].samples] == [({"n": 0}, {"n": 25})]
    run_script(path)
    assert numbers() == [25] + [0] * 24


HALFWAY = """
def main(run):
    try:
        for batch in run.batches(select(things), key=things.c.id, size=10):
            for thing in batch:
                run.session.execute(sa.update(things).where(things.c.id == thing.id).values(n=1))
                if thing.id == 15:
                    raise ValueError("no")
    except ValueError:
        pass
"""


def test_a_loop_that_is_left_in_the_middle_of_a_batch_fails(things: None, write) -> None:
    with pytest.raises(Failed, match="left in the middle of a batch"):
        run_script(write(HALFWAY))
    assert numbers() == [1] * 10 + [0] * 15
    with pytest.raises(Failed, match="left in the middle of a batch"):
        run_script(write(HALFWAY.replace('raise ValueError("no")', "return")))


def test_rows_changed_after_a_loop_that_was_left_are_refused(things: None, write) -> None:
    body = (
        COUNT_UP
        + "        if thing.id > 10:\n            break\n    run.session.execute(sa.text('UPDATE things SET n = 9'))\n"
    )
    with pytest.raises(Failed, match="between its batches"):
        run_script(write(body + COUNT_UP.replace("\ndef main(run):\n", "")))
    assert numbers() == [1] * 10 + [0] * 15


def test_a_transaction_that_ends_behind_the_runners_back_is_found(things: None, write) -> None:
    body = COUNT_UP + "        run.session.connection().connection.driver_connection.commit()\n"
    with pytest.raises(Failed, match="behind the runner's back"):
        run_script(write(body))
    assert numbers() == [1] * 10 + [0] * 15
    with pytest.raises(Refused, match="nobody knows where it was"):
        resume(runs.newest(1)[0].id, Quiet())


def test_a_timeout_and_max_rows_cannot_be_swallowed(things: None, write) -> None:
    body = """
def main(run):
    for batch in run.batches(select(things), key=things.c.id, size=10, on_error="skip"):
        for thing in batch:
            try:
                run.session.execute(sa.update(things).where(things.c.id == thing.id).values(n=1))
            except Exception:
                pass
"""
    with pytest.raises(Refused, match="More than 3 rows"):
        run_script(write(body), max_rows=3)
    assert numbers() == [0] * 25
    slow = body.replace(
        "try:", "with batch.isolated(thing):\n                __import__('time').sleep(0.2)\n            try:"
    )
    with pytest.raises(Failed, match=r"timeout of 0\.5 s"):
        run_script(write(slow, 'owner="tests", timeout=0.5'))
    assert numbers() == [0] * 25


def test_a_rollback_that_a_real_run_would_survive_fails_a_dry_run(things: None, write) -> None:
    path = write(COUNT_UP + "    run.session.rollback()\n")
    with pytest.raises(Failed, match="rolled its batch back"):
        run_script(path, dry_run=True)
    run_script(path)
    assert numbers() == [1] * 25


def test_isolated_takes_items_of_the_batch_and_tells_equal_ones_apart(things: None, write) -> None:
    body = """
def main(run):
    for batch in run.batches([5, 5, 7], on_error="skip"):
        for place, item in enumerate(batch):
            with batch.isolated(item):
                if place == 1:
                    raise ValueError("no")
                run.session.execute(sa.update(things).where(things.c.id == item).values(n=things.c.n + 1))
"""
    outcome = run_script(write(body))
    assert runs.failures_of(outcome.run_id) == [("(1, '5')", "ValueError: no")]
    run_script(write(body.replace("if place == 1", "if False")), retries=outcome.run_id)
    assert (numbers()[4], numbers()[6]) == (2, 1)
    with pytest.raises(Failed, match="no item of the batch"):
        run_script(write(body.replace("batch.isolated(item)", "batch.isolated(99)")))


def test_a_list_of_what_is_left_to_do_is_not_gone_on_with(things: None, write) -> None:
    body = ITEMS.replace(
        "items = [",
        "items = [f'{i:02}' for i in run.session.scalars(sa.text('SELECT id FROM things WHERE n = 0'))] or [",
    )
    body = body.replace("key=lambda item: item, ", "")
    with pytest.raises(Failed):
        run_script(write(body.replace("ZERO", "0")))
    write(body.replace("ZERO", "1"))
    with pytest.raises(Refused, match="was at item 12"):
        resume(runs.newest(1)[0].id, Quiet(), new_code=True)


def test_iterables_go_on_where_they_were(things: None, write) -> None:
    with pytest.raises(Failed):
        run_script(write(ITEMS.replace("ZERO", "0")))
    assert numbers() == [1] * 12 + [0] * 13
    run = runs.newest(1)[0]
    write(ITEMS.replace("ZERO", "1"))
    resume(run.id, Quiet(), new_code=True)
    assert numbers() == [1] * 25


def test_batches_that_leave_the_session_alone_have_checkpoints_too(things: None, write, tmp_path: Path) -> None:
    done = tmp_path / "done"
    body = f"""
def main(run):
    for batch in run.batches(range(10), size=2):
        with open({str(done)!r}, "a") as file:
            file.write(f"{{batch[0]}} ")
        if batch[0] == 6 and ZERO == 0:
            raise ValueError("no")
"""
    with pytest.raises(Failed):
        run_script(write(body.replace("ZERO", "0")))
    write(body.replace("ZERO", "1"))
    resume(runs.newest(1)[0].id, Quiet(), new_code=True)
    assert done.read_text() == "0 2 4 6 6 8 "


def test_code_that_uses_the_connection_itself_is_committed(things: None, write) -> None:
    body = """
def main(run):
    for batch in run.batches(range(1, 26), size=10):
        for item in batch:
            run.session.connection().execute(sa.update(things).where(things.c.id == item).values(n=1))
    run.session.get_bind().execute(sa.text("UPDATE things SET n = 2 WHERE id = 1"))
"""
    run_script(write(body))
    assert numbers() == [2] + [1] * 24


def test_db_session_takes_part_in_the_transaction(things: None, write) -> None:
    body = """
from app.extensions import db
@script(owner="tests")
def main(run):
    db.session.execute(sa.text("UPDATE things SET n = 3"))
    assert db.session() is run.session
"""
    path = write("def nothing():\n    pass\n")
    path.write_text(HEAD + body)
    tried = run_script(path, dry_run=True)
    assert (numbers(), tried.rows["things"]["updated"]) == ([0] * 25, 25)
    run_script(path)
    assert numbers() == [3] * 25


def test_an_iterable_in_another_order_is_refused(things: None, write) -> None:
    with pytest.raises(Failed):
        run_script(write(ITEMS.replace("ZERO", "0")))
    run = runs.newest(1)[0]
    write(ITEMS.replace("ZERO", "1").replace("range(1, 26)", "range(25, 0, -1)"))
    with pytest.raises(Refused, match="was at item 12, 12; what it goes through has 14 there"):
        resume(run.id, Quiet(), new_code=True)
    assert numbers() == [1] * 12 + [0] * 13


SKIPS = """
def main(run):
    for batch in run.batches(select(things), key=things.c.id, size=10, on_error="skip"):
        for thing in batch:
            with batch.isolated(thing):
                run.session.execute(sa.update(things).where(things.c.id == thing.id).values(n=things.c.n + 1))
                if thing.id % 7 == BAD:
                    raise ValueError(f"no {thing.id}")
"""


def test_items_that_fail_are_left_out_and_taken_up_again(things: None, write) -> None:
    outcome = run_script(write(SKIPS.replace("BAD", "0")))
    assert numbers() == [0 if i % 7 == 0 else 1 for i in range(1, 26)]
    assert (outcome.result.failed, outcome.rows["things"]["updated"]) == (3, 22)
    path = write(SKIPS.replace("BAD", "9"))
    again = run_script(path, retries=outcome.run_id)
    assert numbers() == [1] * 25
    assert (again.items, again.result.failed) == (3, 0)
    with pytest.raises(Refused, match="left no items out"):
        run_script(path, retries=again.run_id)


def test_an_error_in_an_isolated_item_names_it(things: None, write) -> None:
    with pytest.raises(Failed, match="at the item with the key 7"):
        run_script(write(SKIPS.replace("BAD", "0").replace('on_error="skip"', 'on_error="abort"')))
    assert numbers() == [0] * 25
