"""Two hosts with one database and one store, each with an instance folder of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.asker import asking
from app.errors import Conflict, Interrupted, NotFound
from app.extensions import db
from app.models import Run, Upload
from app.models.base import utc_now
from app.runner.stopping import PAUSE
from app.services import runs, store, uploaded_imports, uploads
from app.services.imports import ImportRequest, kept_files, reading_limits
from app.services.imports.undoable import undoable
from app.services.imports.undoing import undo
from app.services.queue import results, starting
from app.services.queue.sweeping import sweep
from app.services.queue.working import work
from app.services.runs import sending, stopping
from app.services.runs.log_tail import last_lines
from app.services.runs.stored import manifest, missed, run_files
from app.services.scripts import resuming
from tests.app.services.queue.queues import LI, until
from tests.importing import rows_of, sql
from tests.scripts import Quiet, run_script

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

JUNE = "id,name\n1,a\n2,b\n"
WRITES = '''"""Write lines and files, slowly until a file is there."""
import time
from pathlib import Path
import click
import sqlalchemy as sa
from app.runner import script

steps = sa.table("steps", sa.column("id"))

@script(owner="li")
@click.argument("until")
def main(run, until):
    run.log.info("begun")
    run.artifact(f"{len(list(Path(until).parent.glob('go')))}.txt").write_text("written")
    for batch in run.batches(sa.select(steps), key=steps.c.id, size=1):
        time.sleep(0 if Path(until).exists() else 0.1)
    run.log.info("ended")

if __name__ == "__main__":
    main()
'''


@pytest.fixture
def host_a(store_url: str, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Give the host whose context this is; no process takes up what is queued there."""
    assert app.config["STORE_URL"] == store_url
    monkeypatch.setattr(starting, "start", lambda *_: None)
    monkeypatch.setattr(sending, "SEND_S", 0.05)
    monkeypatch.setattr(sending, "SHARE", 1)
    sql("CREATE TABLE wares (id INTEGER PRIMARY KEY, name VARCHAR(20))", "CREATE TABLE steps (id INTEGER PRIMARY KEY)")
    sql(*(f"INSERT INTO steps VALUES ({number})" for number in range(100)))
    with asking(LI):
        yield app


@pytest.fixture
def host_b(host_a: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Give another host."""
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path / "b"))
    other = create_app("testing", console=False)
    yield other
    with other.app_context():
        db.engine.dispose()


def upload(text: str = JUNE) -> Upload:
    """Upload a text file."""
    return uploads.receive(BytesIO(text.encode()), "june.csv")


def request(**options: object) -> ImportRequest:
    """Return the request of an import; it names no file yet."""
    return ImportRequest((), "wares", reading_limits(), **options)  # type: ignore[arg-type]


def worked_on(host: Flask, run_id: int) -> None:
    """Have a host take up a queued run."""
    with host.app_context():
        work(run_id)


def files_of(host: Flask, folder: str) -> list[str]:
    """Return the names of the files that a host has under a folder."""
    return sorted(path.name for path in (Path(host.instance_path) / folder).rglob("*") if path.is_file())


def test_an_upload_of_one_host_is_imported_by_another_and_undone_by_the_first(host_a: Flask, host_b: Flask) -> None:
    june = upload()
    tried = uploaded_imports.try_out(june, request())
    worked_on(host_b, tried)
    result = results.read(runs.get(tried))
    assert result is not None
    assert (result["ok"], result["outcome"]["rows"]) == (True, 2)
    with host_b.app_context(), asking(LI):
        done = uploaded_imports.confirm(uploads.get(june.token), tried)
    with pytest.raises(Conflict, match=f"confirmed already. See run {done}"):
        uploaded_imports.confirm(june, tried)
    worked_on(host_b, done)
    assert (uploaded_imports.confirmed(june, tried), rows_of("wares")) == (done, [(1, "a"), (2, "b")])
    assert (files_of(host_a, "files"), files_of(host_b, "files")) == ([], [june.sha256])
    undo(undoable(done), "", 0, False)
    assert (rows_of("wares"), files_of(host_a, "files")) == ([], [june.sha256])


def test_rejects_are_read_where_they_were_not_written(host_a: Flask, host_b: Flask) -> None:
    tried = uploaded_imports.try_out(upload("id,name\n1,a\nx,b\n"), request())
    with pytest.raises(Exception, match="1 of 2 rows"):
        worked_on(host_b, tried)
    run = runs.get(tried)
    result, path = results.read(run), runs.artifact_of(run, "rejects.xlsx")
    assert result is not None
    assert path is not None
    assert (result["ok"], path.is_relative_to(host_a.instance_path)) == (False, True)
    assert store.stamp_of(path).sha256 == run.artifacts[0]["sha256"]
    assert runs.artifact_of(run, "other.xlsx") is None


def test_what_was_changed_in_the_store_is_not_taken(host_a: Flask, host_b: Flask) -> None:
    june = upload()
    store.write_small(f"uploads/{june.token}", b"id,name\n1,x\n")
    with host_b.app_context(), asking(LI), pytest.raises(store.Changed, match=june.token):
        uploads.get(june.token)
    assert files_of(host_b, "uploads") == []
    store.delete(f"uploads/{june.token}")
    with host_b.app_context(), asking(LI), pytest.raises(NotFound, match="no such upload"):
        uploads.get(june.token)
    assert uploads.get(june.token).id == june.id  # where it is still


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """Give a script that writes until `tmp_path / "go"` is there."""
    path = tmp_path / "project" / "offline_script" / "recycle" / "writes.py"
    path.parent.mkdir(parents=True)
    path.write_text(WRITES)
    return path


@contextmanager
def going_on(host: Flask, script: Path, go: Path) -> Iterator[Run]:
    """Run the script on a host, and give its run once its log is seen here; it has ended afterwards."""

    def begin() -> None:
        with host.app_context(), asking(LI), suppress(Interrupted):  # paused, as it was asked
            run_script(script, str(go))

    thread = threading.Thread(target=begin)
    thread.start()
    try:
        yield until(lambda: next((run for run in runs.newest(1) if lines_of(run.id) == ["begun"]), None), "a log")
    finally:
        go.touch()
        thread.join()


def lines_of(run_id: int) -> list[str]:
    """Return what a run has logged, without the times."""
    return [line.partition("INFO ")[2] for line in runs.log_lines(runs.get(run_id)) if "INFO " in line]


def test_a_log_is_seen_while_its_run_goes_on_elsewhere(
    host_a: Flask, host_b: Flask, script: Path, tmp_path: Path
) -> None:
    with going_on(host_b, script, tmp_path / "go") as run:
        assert (run.state, len(last_lines(run, 5).lines)) == ("running", 1)
        (tmp_path / "go").touch()
        assert [line.partition("INFO ")[2] for line in runs.followed_lines(run)] == ["begun", "ended"]
    run = runs.get(run.id)
    path = runs.artifact_of(run, "0.txt")
    assert path is not None
    assert path.read_text() == "written"
    path.unlink()
    entry = manifest.in_store(runs.folder_of(run.id, run.token))["artifacts/0.txt"]
    store.write_small(f"runs/{run.id}-{run.token}/{entry.key}", b"other")
    with pytest.raises(store.Changed, match=r"0\.txt"):
        runs.artifact_of(run, "0.txt")


def test_a_run_that_goes_on_on_another_host_goes_on_with_its_log_and_its_files(
    host_a: Flask, host_b: Flask, script: Path, tmp_path: Path
) -> None:
    with going_on(host_b, script, tmp_path / "go") as run:
        stopping.ask(run.id, PAUSE)
        until(lambda: runs.get(run.id).state == "paused", "a pause")
    log_of_b = Path(host_b.instance_path) / "runs" / f"{run.id}-{run.token}" / "log"
    log_of_b.write_text("what a host that died did not send\n")
    host_a.config["SCRIPTS_PATH"] = str(script.parent.parent)
    resuming.resume(run.id, Quiet())
    with host_b.app_context():
        assert lines_of(run.id) == ["begun", "begun", "ended"]
        assert [file["name"] for file in runs.get(run.id).artifacts] == ["0.txt", "1.txt"]


@pytest.mark.parametrize("store_url", ["file"], indirect=True)
def test_where_the_store_is_away_nothing_is_half_done(
    host_a: Flask, host_b: Flask, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    june = upload()
    (tmp_path / "go").touch()
    (tmp_path / "shared").rename(tmp_path / "away")
    with pytest.raises(store.StoreFails):
        upload()
    assert (rows_of("uploads", "token"), len(files_of(host_a, "uploads"))) == ([(june.token,)], 1)
    with host_b.app_context(), asking(LI), pytest.raises(store.StoreFails):
        uploads.get(june.token)
    done = run_script(script, str(tmp_path / "go"))  # a run does not depend on it
    assert lines_of(done.run_id) == ["begun", "ended"]
    with host_b.app_context():
        run = runs.get(done.run_id)
        assert (last_lines(run, 5).lines, results.read(run)) == ((), None)
        with pytest.raises(store.StoreFails):
            runs.artifact_of(run, "1.txt")
    (tmp_path / "away").rename(tmp_path / "shared")
    monkeypatch.setattr(missed, "RETRY_S", -1)
    sweep()
    with host_b.app_context():
        assert lines_of(done.run_id) == ["begun", "ended"]
        assert runs.artifact_of(run, "1.txt")
    assert files_of(host_a, "runs/.unsent") == []


def test_what_is_pruned_goes_in_the_store_too(host_a: Flask, host_b: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    june = upload()
    done = uploaded_imports.try_out(june, request())
    worked_on(host_b, done)
    done = uploaded_imports.confirm(june, done)
    worked_on(host_b, done)
    assert (store.names_in("uploads"), store.names_in("files")) == ([june.token], [june.sha256])
    sql(f"UPDATE uploads SET created_at = '{utc_now() - timedelta(days=9000):%Y-%m-%d %H:%M:%S.000000}'")
    assert uploads.prune() == 1
    assert (store.names_in("uploads"), rows_of("upload_imports")) == ([], [])
    with host_b.app_context():
        monkeypatch.setitem(host_b.config, "KEEP_FILES_DAYS", 0)
        with kept_files.copied([]):
            pass
    assert store.names_in("files") == []
    run_files.send(done, runs.get(done).token)
    with host_b.app_context():
        run_script("purge_runs", "--days", "1")  # it is too new
    assert f"{done}-{runs.get(done).token}" in store.names_in("runs")
    sql("UPDATE runs SET finished_at = '2001-01-01 00:00:00.000000'")
    with host_b.app_context():
        run_script("purge_runs", "--days", "1")
    assert f"{done}-{runs.get(done).token}" not in store.names_in("runs")
