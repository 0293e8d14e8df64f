"""Processes of queued runs that die, come twice, come too late, or cannot be started: no run stays queued for ever."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.errors import Busy, Conflict, Failed
from app.extensions import db
from app.models import RunRequest
from app.models.base import utc_now
from app.runner import locks
from app.runner.stopping import CANCEL
from app.services import runs
from app.services.imports import ImportRequest
from app.services.queue import claiming, queue_import, starting, sweeping, waking
from app.services.queue.sealed import seal, unseal
from app.services.queue.working import carry_out, work
from app.services.runs import abandoned, stopping
from tests.app.services.queue.queues import GOOD, ended, output_of, process_of, request, requests, result_of, until
from tests.conftest import FlaskProcess
from tests.held import held_when, let_go
from tests.importing import Book, rows_of
from tests.many import make_many, write_many

Processes = Callable[[int], subprocess.Popen[bytes]]


@pytest.fixture
def queued(app: Flask, lines: str, book: Book, monkeypatch: pytest.MonkeyPatch) -> int:
    """Queue an import for which no process is started."""
    return _unstarted(request(book(GOOD)), monkeypatch)


def _unstarted(wanted: ImportRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    with monkeypatch.context() as patch:
        patch.setattr(waking, "wake", lambda: True)
        return queue_import(wanted)


@pytest.fixture
def worker() -> Iterator[Processes]:
    """Start `manage.py runs work ID`, and kill it in the end if it still lives."""
    with ExitStack() as started:
        yield lambda run_id: started.enter_context(process_of(run_id))


def claimed_since(run_id: int, seconds: float) -> None:
    """Have a run be claimed for that long already, by a process that nobody sees."""
    claiming.claim(run_id)
    with db.engine.begin() as connection:
        mine = sa.update(RunRequest).where(RunRequest.run_id == run_id)
        connection.execute(mine.values(claimed_at=utc_now() - timedelta(seconds=seconds)))


def test_of_two_processes_one_does_it(queued: int, lines: str, worker: Processes) -> None:
    both = [worker(queued), worker(queued)]
    said = [process.communicate(timeout=120)[1].decode() for process in both]
    assert sorted(process.returncode for process in both)[0] == 0, said
    assert sorted(process.returncode for process in both)[1] in (1, 4), said
    assert (ended(queued).state, rows_of(lines, "id")) == ("succeeded", [(1,), (2,), (3,)])
    assert [move.state for move in runs.moves_of(queued)] == ["queued", "running", "succeeded"]


def test_a_run_that_was_cancelled_is_not_begun(queued: int, lines: str, flask_process: FlaskProcess) -> None:
    assert not stopping.ask(queued, CANCEL).asked
    assert requests() == 0
    done = flask_process("runs", "work", str(queued))
    assert (done.returncode, f"Run {queued} is cancelled: it does not wait" in done.stderr) == (1, True), done.stderr
    assert rows_of(lines, "id") == [(1,)]
    assert [move.state for move in runs.moves_of(queued)] == ["queued", "cancelled"]
    assert runs.verify().problems == []


def test_a_run_whose_process_died_before_it_began_waits_again(queued: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sweeping, "TAKES_UP_WITHIN_S", 600)
        claimed_since(queued, 480)
        assert sweeping.sweep().freed == [], "its process may still be about to begin"
    for deaths in range(1, abandoned.MOST_DEATHS):
        with db.engine.begin() as connection:
            connection.execute(sa.update(RunRequest).values(claim=None))
        claimed_since(queued, 60)
        assert (sweeping.sweep().freed, claiming.waiting()) == ([queued], 1), deaths
    claimed_since(queued, 60)
    assert sweeping.sweep().freed == [queued]
    run = runs.get(queued)
    assert (run.state, run.error, requests()) == ("failed", abandoned.GIVEN_UP, 0)
    assert runs.verify().problems == []


def test_a_run_that_its_process_has_taken_up_is_left_to_it(queued: int) -> None:
    claimed_since(queued, 3600)
    lock = locks.acquire(db.engine, locks.name_of_run(_token(queued)))
    assert lock is not None
    try:
        assert sweeping.sweep().freed == []
    finally:
        lock.release()


def test_a_claim_that_was_taken_away_begins_nothing(queued: int, lines: str) -> None:
    old = claiming.claim(queued)
    claiming.put_back(old)
    new = claiming.claim(queued)
    with pytest.raises(Conflict, match="does not wait for this process"):
        carry_out(old)
    carry_out(new)
    assert (runs.get(queued).state, rows_of(lines, "id")) == ("succeeded", [(1,), (2,), (3,)])


def _token(run_id: int) -> str:
    with db.engine.connect() as connection:
        return str(connection.scalar(sa.text("SELECT token FROM runs WHERE id = :id"), {"id": run_id}))


@pytest.mark.parametrize("executable", ["/bin/false", "/nowhere/python"])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_run_waits_for_a_process_that_can_be_started(
    app: Flask, lines: str, book: Book, monkeypatch: pytest.MonkeyPatch, executable: str
) -> None:
    monkeypatch.setattr(starting, "PAUSE_S", 0.5)
    with monkeypatch.context() as patch:
        patch.setattr(starting.sys, "executable", executable)
        run_id = queue_import(request(book(GOOD)))
        time.sleep(1)
        assert (runs.get(run_id).state, rows_of(lines, "id")) == ("queued", [(1,)])
    assert ended(run_id).state == "succeeded", output_of(run_id)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a sheet that takes a few seconds to import."""
    return write_many(tmp_path_factory.mktemp("sheets") / "many.xlsx", 300_000)


def test_a_run_whose_process_is_killed_is_done_by_another_from_the_start(
    app: Flask, workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many()
    run_id = _unstarted(request(workbook, "many"), monkeypatch)
    with process_of(run_id) as killed:
        held_when(killed, lambda: runs.get(run_id).state == "running")
    waking.wake()
    run = ended(run_id)
    assert (run.state, run.error, len(rows_of("many", "id"))) == ("succeeded", None, 300_001), output_of(run_id)
    states = [move.state for move in runs.moves_of(run_id)]
    assert states == ["queued", "running", "lost", "queued", "running", "succeeded"]
    assert (runs.verify().problems, requests()) == ([], 0)


def test_an_import_that_goes_on_is_cancelled_from_here(
    app: Flask, workbook: Path, worker: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many()
    run_id = _unstarted(request(workbook, "many"), monkeypatch)
    process = worker(run_id)

    held_when(process, lambda: runs.get(run_id).state == "running")
    assert stopping.ask(run_id, CANCEL).asked
    # It may be done before it listens, otherwise.
    held_when(process, lambda: runs.get(run_id).state != "running", rest_s=0.45)
    let_go(process)
    run = ended(run_id)
    assert (run.state, len(rows_of("many", "id"))) == ("cancelled", 1), (run.error, output_of(run_id))
    assert result_of(run)["error"]["label"] == "Interrupted"
    assert runs.verify().problems == []


def test_the_process_has_the_settings_of_the_application_that_asked(
    app: Flask, lines: str, book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own environment names another database, instance folder and key."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/at/all.db")
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path / "other"))
    monkeypatch.setenv("SECRET_KEY", "of somebody else, and long enough")
    monkeypatch.setenv("FLASK_CONFIG", "development")
    run = ended(queue_import(request(book(GOOD))))
    assert run.state == "succeeded", output_of(run.id)
    assert not (tmp_path / "other").exists()


def test_another_key_does_not_open_what_is_sealed(queued: int, app: Flask) -> None:
    sealed = seal({"面料": ["\udcff", None, 1.5]})
    assert unseal(sealed) == {"面料": ["\udcff", None, 1.5]}
    app.config["SECRET_KEY"] = "another key that is long enough, too"
    with pytest.raises(Failed, match="SECRET_KEY is another one"):
        unseal(sealed)
    with pytest.raises(Failed):
        work(queued)
    assert runs.get(queued).state == "failed"


def test_what_is_not_queued_is_not_worked(app: Flask) -> None:
    with runs.recorded("script", "export_order", {}) as run, pytest.raises(Busy, match="Another process has run"):
        work(run.id)
    with pytest.raises(Conflict, match="is succeeded"):
        work(run.id)


def test_no_zombie_stays(app: Flask, lines: str, book: Book) -> None:
    pid = ended(queue_import(request(book(GOOD)))).pid

    def gone() -> bool:
        return not Path(f"/proc/{pid}").exists()

    until(gone, "the process is waited for")
