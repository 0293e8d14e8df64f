"""What `flask script run` refuses before anything is done, and what it keeps apart."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskCliRunner

from app.extensions import db
from app.runner.runner_options import RUNNER_OPTIONS
from app.services import runs
from tests.commands.script.mend import ADD, Write, total

pytestmark = pytest.mark.usefixtures("things")


@pytest.mark.parametrize(
    "sql", ["CREATE TABLE more (id INTEGER)", "UPDATE things SET n = 9", "SELECT 1; DROP TABLE things", "COMMIT", "x"]
)
def test_what_is_asked_between_batches_only_reads(cli: FlaskCliRunner, write: Write, sql: str) -> None:
    write()
    done = cli.invoke(args=["script", "run", "mend", "--pause-while", sql])
    assert (done.exit_code, total()) == (5, 0)
    assert f"--pause-while only asks, and this may do more: {sql}" in done.stderr
    assert (runs.newest(1), sa.inspect(db.engine).has_table("more")) == ([], False)


@pytest.mark.parametrize("sql", ["SELECT 0;", "WITH a AS (SELECT 0 AS n) SELECT n FROM a"])
def test_queries_are_asked(cli: FlaskCliRunner, write: Write, sql: str) -> None:
    write()
    assert cli.invoke(args=["script", "run", "mend", "--pause-while", sql]).exit_code == 0


def test_a_declared_query_that_writes_is_refused_too(cli: FlaskCliRunner, write: Write) -> None:
    write(declared=", pause_while='DELETE FROM things'")
    assert cli.invoke(args=["script", "run", "mend"]).exit_code == 5
    assert runs.newest(1) == []


@pytest.mark.parametrize("option", ["--throttle", "--wait"])
@pytest.mark.parametrize("number", ["inf", "nan"])
def test_numbers_have_an_end(cli: FlaskCliRunner, write: Write, option: str, number: str) -> None:
    write()
    done = cli.invoke(args=["script", "run", "mend", option, number])
    assert (done.exit_code, runs.newest(1)) == (2, [])
    assert f"{number} is not a finite number" in done.stderr


def test_what_a_script_prints_does_not_stand_in_its_json(cli: FlaskCliRunner, write: Write) -> None:
    write("print('loading')\n" + ADD.replace("time.sleep(", "print('a batch')\n        time.sleep("))
    done = cli.invoke(args=["script", "run", "mend", "--json"])
    assert json.loads(done.stdout)["items"] == 25
    assert "loading" in done.stderr
    assert "a batch" in done.stderr
    assert "a batch" in "".join(runs.log_lines(runs.get(1)))
    done = cli.invoke(args=["script", "run", "mend"])
    assert done.stdout == "a batch\n" * 3


@pytest.mark.parametrize("option", RUNNER_OPTIONS)
def test_an_option_of_the_runners_name_is_refused(cli: FlaskCliRunner, write: Write, option: str) -> None:
    shared = f"def shared(function):\n    return click.option('{option}', 'mine', is_flag=True)(function)\n\n"
    write(shared + ADD.replace("def main(run, by)", "@shared\ndef main(run, by, mine)"))
    done = cli.invoke(args=["script", "run", "mend", option])
    assert (done.exit_code, total()) == (1, 0)
    assert f"recycle/mend.py has options that the runner has for every script: {option}." in done.stderr


def test_a_script_that_is_a_link_is_called_as_the_link(cli: FlaskCliRunner, write: Write) -> None:
    path = write(name="first")
    link = path.with_name("second.py")
    link.symlink_to(path)
    for name in ("second", str(link)):
        done = cli.invoke(args=["script", "run", name])
        assert done.exit_code == 0, done.stderr
        run = runs.newest(1)[0]
        assert (run.name, run.script_id, run.lock_name) == ("second", "second", "script:second")
    listed = json.loads(cli.invoke(args=["script", "list", "--json"]).stdout)
    assert [(script["name"], script["id"], bool(script["last_run"])) for script in listed] == [
        ("first", "first", False),
        ("second", "second", True),
    ]


def test_a_file_is_run_once_for_each_run_and_resumption(
    cli: FlaskCliRunner, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "mark"
    monkeypatch.setenv("NO", "1")
    write(
        f"with open({str(mark)!r}, 'a') as mark:\n    mark.write('x')\n"
        + ADD.replace("time.sleep(", "assert not os.environ.get('NO')\n        time.sleep(")
    )
    assert cli.invoke(args=["script", "run", "mend"]).exit_code == 1
    assert mark.read_text() == "x"
    monkeypatch.delenv("NO")
    assert cli.invoke(args=["runs", "resume", "1"]).exit_code == 0
    assert mark.read_text() == "xx"


def test_what_is_on_record_is_the_hash_of_what_ran(cli: FlaskCliRunner, write: Write) -> None:
    path = write("with open(__file__, 'a') as own:  # as an editor saves meanwhile\n    own.write('# more')\n" + ADD)
    what_runs = path.read_bytes()
    assert cli.invoke(args=["script", "run", "mend", "--dry-run"]).exit_code == 0
    assert path.read_bytes() != what_runs
    assert runs.get(1).script_sha256 == hashlib.sha256(what_runs).hexdigest()


@pytest.mark.parametrize("act", ["raise BaseException('no')", "raise SystemExit(3)", "raise GeneratorExit"])
def test_whatever_ends_the_loading_is_said(cli: FlaskCliRunner, write: Write, act: str) -> None:
    write(f"{act}\n" + ADD)
    done = cli.invoke(args=["script", "run", "mend"])
    assert done.exit_code == 1
    assert "Error: recycle/mend.py cannot be loaded: " in done.stderr
    assert "Traceback" not in done.stderr
