"""What is told of runs and of rows: after it is true, in its order, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner

from app import signals
from app.errors import Failed, Interrupted
from app.extensions import db
from app.models import Run
from app.services import runs
from app.services.runs import moves, settling, stopping
from tests.app.services.queue.queues import until
from tests.app.services.runs.ledgers import new_run
from tests.app.services.runs.processes import kill, process, said
from tests.importing import sql
from tests.scripts import run_script
from tests.told import Told, hearing

MOVES = (signals.run_started, signals.run_finished)
ROWS = (signals.rows_changing, signals.rows_changed)


def states(told: Told) -> list[tuple[str, str]]:
    """Return the signals of runs, each with the state that it told."""
    return [(name, arguments["state"]) for name, arguments in told if "state" in arguments]


def tables(told: Told) -> list[tuple[str, str]]:
    """Return the signals of rows, each with its table."""
    return [(name, arguments["table"]) for name, arguments in told if "table" in arguments]


def csv(folder: Path, text: str) -> Path:
    """Write a sheet."""
    (folder / "goods.csv").write_text(text, encoding="utf-8")
    return folder / "goods.csv"


def test_a_run_is_told_of_when_it_begins_and_when_it_ends(app: Flask) -> None:
    with hearing(app, *MOVES) as told, runs.recorded("import", "june.xlsx → orders", {"file": "june.xlsx"}) as run:
        assert states(told) == [("run-started", "running")]
        run.rows["orders"] = {"inserted": 3}
    assert states(told) == [("run-started", "running"), ("run-finished", "succeeded")]
    kept = runs.get(run.id)
    assert told[1][1] == {
        "run": run.id,
        "kind": "import",
        "name": "june.xlsx → orders",
        "dry_run": False,
        "started_by": kept.operator,
        "state": "succeeded",
        "rows": {"orders": {"inserted": 3}},
        "error": None,
    }


def test_it_is_told_after_it_is_on_record(app: Flask) -> None:
    seen: list[str] = []

    def look(_app: Flask, run: int, **_: Any) -> None:
        with db.engine.connect() as connection:
            seen.append(str(connection.scalar(sa.select(Run.state).where(Run.id == run))))

    with (
        signals.run_started.connected_to(look, sender=app),
        signals.run_finished.connected_to(look, sender=app),
        runs.recorded("import", "june.xlsx → orders", {}),
    ):
        pass
    assert seen == ["running", "succeeded"]


def test_a_run_that_fails_says_why(app: Flask) -> None:
    with (
        hearing(app, *MOVES) as told,
        pytest.raises(Failed),
        runs.recorded("initdb", "test", {}),
    ):
        raise Failed("No room.")
    assert (told[-1][1]["state"], told[-1][1]["error"]) == ("failed", "No room.")


def test_a_receiver_that_raises_does_not_fail_the_run(app: Flask) -> None:
    def break_down(_app: Flask, **_: Any) -> None:
        raise RuntimeError("out of paper")

    with (
        signals.run_started.connected_to(break_down, sender=app),
        signals.run_finished.connected_to(break_down, sender=app),
        runs.recorded("import", "june.xlsx → orders", {}) as run,
    ):
        pass
    assert runs.get(run.id).state == "succeeded"


def test_a_run_whose_process_died_is_told_lost_once(app: Flask) -> None:
    with process() as running:
        run_id = int(said(running))
        kill(running)
    with hearing(app, *MOVES) as told:
        until(lambda: settling.settle_lost() or told, "the server has seen that the process is gone")
        settling.settle_lost()
    assert [(arguments["run"], arguments["state"]) for _, arguments in told] == [(run_id, "lost")]
    assert told[0][1]["error"] == settling.DIED


def test_a_paused_run_that_is_cancelled_is_told(app: Flask) -> None:
    run_id = new_run(state="running")
    moves.move(run_id, "paused")
    with hearing(app, *MOVES) as told:
        stopping.ask(run_id, "cancel")
    assert states(told) == [("run-finished", "cancelled")]


def test_a_queued_run_is_not_told_of(app: Flask) -> None:
    with hearing(app) as told:
        new_run(state="queued")
    assert told == []


def test_an_import_tells_its_table_around_the_commit(app: Flask, cli: FlaskCliRunner, tmp_path: Path) -> None:
    sql("CREATE TABLE goods (id INTEGER PRIMARY KEY, name VARCHAR(20))")
    counts: list[int] = []

    def count(_app: Flask, **_: Any) -> None:
        with db.engine.connect() as connection:
            counts.append(connection.scalar(sa.text("SELECT COUNT(*) FROM goods")) or 0)

    path = csv(tmp_path, "id,name\n1,tea\n2,茶\n")
    with (
        hearing(app) as told,
        signals.rows_changing.connected_to(count, sender=app),
        signals.rows_changed.connected_to(count, sender=app),
    ):
        done = cli.invoke(args=["import-excel", str(path), "goods"])
        assert done.exit_code == 0, done.stderr
    assert [name for name, _ in told] == ["run-started", "rows-changing", "rows-changed", "run-finished"]
    assert {arguments["run"] for _, arguments in told} == {runs.newest(1)[0].id}
    assert counts == [0, 2]
    with hearing(app, *ROWS) as told:
        done = cli.invoke(args=["runs", "undo", str(runs.newest(1)[0].id), "--yes"])
        assert done.exit_code == 0, done.stderr
    assert tables(told) == [("rows-changing", "goods"), ("rows-changed", "goods")]


def test_an_import_that_is_rejected_or_dry_tells_of_no_rows(app: Flask, cli: FlaskCliRunner, tmp_path: Path) -> None:
    sql("CREATE TABLE goods (id INTEGER PRIMARY KEY, name VARCHAR(20))")
    path = csv(tmp_path, "id,name\none,tea\n")
    with hearing(app) as told:
        assert cli.invoke(args=["import-excel", str(path), "goods"]).exit_code == 3
        assert cli.invoke(args=["import-excel", str(path), "goods", "--dry-run"]).exit_code in (0, 3)
    assert tables(told) == []
    assert ("run-finished", "failed") in states(told)


def test_a_change_of_users_tells_of_users(app: Flask, cli: FlaskCliRunner) -> None:
    with hearing(app) as told:
        done = cli.invoke(args=["create-user", "Li", "--role", "admin", "--generate"])
        assert done.exit_code == 0, done.stderr
        assert cli.invoke(args=["users", "set-role", "Li", "admin"]).exit_code == 0
    names = [name for name, _ in told]
    assert names[:5] == ["run-started", "rows-changing", "rows-changed", "run-finished", "user-created"]
    created = dict(told)["user-created"]
    assert created == {"run": told[0][1]["run"], "name": "Li", "role": "admin"}


def test_initdb_may_change_any_table(app: Flask, cli: FlaskCliRunner, tmp_path: Path) -> None:
    seed = tmp_path / "seed.sql"
    seed.write_text("CREATE TABLE goods (id INTEGER);\nINSERT INTO goods VALUES (1);\n")
    with hearing(app, *ROWS) as told:
        done = cli.invoke(args=["initdb", "--sql", str(seed), "--yes"])
        assert done.exit_code == 0, done.stderr
    assert tables(told) == [("rows-changing", "?"), ("rows-changed", "?")]


SCRIPT = '''"""Count things up."""

import sqlalchemy as sa

from app.runner import script

things = sa.table("things", sa.column("id"), sa.column("n"))


@script(owner="tests")
def main(run):
    for batch in run.batches(sa.select(things), key=things.c.id, size=2):
        for thing in batch:
            run.session.execute(sa.update(things).where(things.c.id == thing.id).values(n=things.c.n + 1))
        if batch[0].id == STOP_AT:
            raise KeyboardInterrupt
TAIL
'''


@pytest.fixture
def script(app: Flask, tmp_path: Path) -> Any:
    """Give what writes the script, and the table with four things."""
    path = tmp_path / "offline_script" / "recycle" / "count_up.py"
    path.parent.mkdir(parents=True)
    sql("CREATE TABLE things (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)", "CREATE TABLE others (id INTEGER)")
    sql(*(f"INSERT INTO things VALUES ({number}, 0)" for number in range(1, 5)))

    def write(stop_at: int = 0, tail: str = "") -> Path:
        path.write_text(SCRIPT.replace("STOP_AT", str(stop_at)).replace("TAIL", tail))
        return path

    return write


def test_a_script_tells_of_each_batch_and_of_no_table_that_it_left_alone(app: Flask, script: Any) -> None:
    tail = '    run.session.execute(sa.text("INSERT INTO others VALUES (1)"))'
    with hearing(app) as told:
        run_script(script(tail=tail))
    pair = [("rows-changing", "things"), ("rows-changed", "things")]
    assert tables(told) == pair * 2 + [("rows-changing", "others"), ("rows-changed", "others")]
    assert (told[0][0], told[-1][0]) == ("run-started", "run-finished")


def test_a_dry_run_tells_of_no_rows(app: Flask, script: Any) -> None:
    with hearing(app) as told:
        run_script(script(), dry_run=True)
    assert tables(told) == []
    assert [arguments["dry_run"] for _, arguments in told] == [True, True]


def test_a_script_that_is_broken_off_tells_of_what_it_committed(app: Flask, script: Any) -> None:
    with hearing(app) as told, pytest.raises(Interrupted):
        run_script(script(stop_at=3))
    assert tables(told) == [("rows-changing", "things"), ("rows-changed", "things")]
    assert states(told)[-1] == ("run-finished", "paused")


def test_a_script_that_commits_by_itself_may_have_changed_any_table(app: Flask, script: Any) -> None:
    tail = '    run.session.execute(sa.text("INSERT INTO others VALUES (1)"))\n    run.session.commit()'
    with hearing(app, *ROWS) as told:
        run_script(script(tail=tail))
    assert tables(told)[4:6] == [("rows-changing", "?"), ("rows-changing", "others")]
    assert tables(told)[6:] == [("rows-changed", "?"), ("rows-changed", "others")]


def test_a_receiver_that_keeps_its_error_does_not_make_batches_look_collected(app: Flask, script: Any) -> None:
    def break_down(_app: Flask, **_: Any) -> None:
        try:
            raise RuntimeError("out of paper")
        except RuntimeError as error:
            kept = error  # a cycle: the error has this frame, this frame has the error
            raise kept from None

    with signals.rows_changed.connected_to(break_down, sender=app), hearing(app) as told:
        run_script(script())
    assert states(told)[-1] == ("run-finished", "succeeded")


def test_a_run_that_goes_on_is_told_to_have_started(app: Flask, cli: FlaskCliRunner, script: Any) -> None:
    with pytest.raises(Interrupted):
        run_script(script(stop_at=3))
    script()
    with hearing(app, *MOVES) as told:
        done = cli.invoke(args=["runs", "resume", str(runs.newest(1)[0].id), "--new-code"])
        assert done.exit_code == 0, done.stderr
    assert states(told) == [("run-started", "running"), ("run-finished", "succeeded")]
    assert told[0][1]["rows"] == {"things": {"inserted": 0, "updated": 2, "deleted": 0}}
