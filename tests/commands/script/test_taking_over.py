"""`--apply` and `--retry-failed`: what a run takes over from another, and what is not done twice."""

from __future__ import annotations

import pytest
from flask.testing import FlaskCliRunner

from app.errors import Refused
from app.services import runs
from app.services.scripts.request import ScriptRequest
from app.services.scripts.running import start as start_here
from tests.commands.script.mend import ADD, SKIP, Write, changed, total
from tests.scripts import Quiet

pytestmark = pytest.mark.usefixtures("things")


def run(cli: FlaskCliRunner, *args: str, code: int = 0) -> str:
    """Run `mend` and return what it said."""
    done = cli.invoke(args=["script", "run", "mend", *args])
    assert done.exit_code == code, done.stderr
    return done.stderr


@pytest.fixture
def two_left_out(cli: FlaskCliRunner, write: Write, things: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have run 1 leave the things 3 and 14 out."""
    write(SKIP)
    monkeypatch.setenv("BAD", "3,14")
    run(cli)
    assert total() == 23
    monkeypatch.setenv("BAD", "")


@pytest.mark.usefixtures("two_left_out")
def test_a_dry_run_of_failed_items_is_applied_to_these_alone(cli: FlaskCliRunner) -> None:
    assert "2 items" in run(cli, "--retry-failed", "1", "--dry-run")
    run(cli, "--apply", "2")
    assert changed() == dict.fromkeys(range(1, 26), 1)
    assert runs.get(3).options == {"apply": 2, "retry_failed": 1}


def test_a_dry_run_is_applied_with_its_limits_unless_others_are_given(cli: FlaskCliRunner, write: Write) -> None:
    write()
    query = "SELECT COUNT(*) FROM things WHERE n = -1"
    run(cli, "--dry-run", "--max-rows", "25", "--throttle", "1000", "--pause-while", query)
    run(cli, "--apply", "1", "--max-rows", "12", code=5)
    assert runs.get(2).options == {"apply": 1, "max_rows": 12, "throttle": 1000.0, "pause_while": [query]}
    assert total() == 10
    run(cli, "--apply", "1")
    assert runs.get(3).options["max_rows"] == 25


@pytest.mark.usefixtures("two_left_out")
def test_failed_items_are_taken_up_once(cli: FlaskCliRunner) -> None:
    run(cli, "--retry-failed", "1")
    said = run(cli, "--retry-failed", "1", code=5)
    assert "The failed items of run 1 were taken up by run 2" in said
    run(cli, "--retry-failed", "1", "--dry-run", code=5)
    assert changed() == dict.fromkeys(range(1, 26), 1)


@pytest.mark.usefixtures("two_left_out")
def test_items_that_failed_again_are_taken_up_from_the_later_run(
    cli: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAD", "14")
    run(cli, "--retry-failed", "1")
    monkeypatch.setenv("BAD", "")
    assert "take these up with: --retry-failed 2" in run(cli, "--retry-failed", "1", code=5)
    run(cli, "--retry-failed", "2")
    assert changed() == dict.fromkeys(range(1, 26), 1)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_failed_items_that_are_being_taken_up_are_gone_on_with(
    cli: FlaskCliRunner, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(SKIP)
    monkeypatch.setenv("BAD", ",".join(map(str, range(1, 13))))
    run(cli)
    monkeypatch.setenv("BAD", "")
    monkeypatch.setenv("FAIL_AT", "10")
    write(SKIP.replace("time.sleep", "run.log.info('batch'); time.sleep"))
    run(cli, "--retry-failed", "1", code=1)  # its first batch is rolled back
    run(cli, "--retry-failed", "1", code=1)
    monkeypatch.setenv("FAIL_AT", "12")
    run(cli, "--retry-failed", "1", code=1)  # its first batch is committed
    monkeypatch.setenv("FAIL_AT", "")
    assert "Go on with: flask runs resume 4" in run(cli, "--retry-failed", "1", code=5)
    assert cli.invoke(args=["runs", "resume", "4"]).exit_code == 0
    assert changed() == dict.fromkeys(range(1, 26), 1)
    done = cli.invoke(args=["runs", "resume", "3"])
    assert done.exit_code == 5
    assert "were taken up by run 4" in done.stderr


def test_a_run_takes_over_from_one_run_only(write: Write) -> None:
    write()
    with pytest.raises(Refused, match="done for real as it was"):
        start_here(ScriptRequest("mend", applies=1, retries=1), Quiet())


def test_a_script_that_runs_once_takes_up_what_it_left_out(
    cli: FlaskCliRunner, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(SKIP, declared=", run_once=True")
    monkeypatch.setenv("BAD", "3")
    run(cli)
    monkeypatch.setenv("BAD", "")
    run(cli, "--retry-failed", "1")
    assert changed() == dict.fromkeys(range(1, 26), 1)
    assert "runs once, and did so as run 1" in run(cli, code=5)


def test_what_is_looked_at_when_the_line_is_read_is_not_when_it_is_taken_over(
    cli: FlaskCliRunner, write: Write
) -> None:
    check = "def check(ctx, param, value):\n    if value:\n        return value\n"
    check += "    raise click.UsageError('Say --by.')\n\n"
    write(check + ADD.replace("default=1, show_default=True", "type=int, callback=check"))
    run(cli, code=2)
    run(cli, "--by", "2", "--dry-run")
    run(cli, "--apply", "1")
    assert total() == 50
