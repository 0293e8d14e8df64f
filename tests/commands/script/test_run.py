"""`flask script run`: what an operator types, sees, and is kept from."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.models.base import utc_now
from app.services import runs
from tests.commands.script.mend import ADD, HEAD, Write, start, total
from tests.project_copy import copy_project

pytestmark = pytest.mark.usefixtures("things")


def test_a_script_is_a_command_with_its_own_options(cli: FlaskCliRunner, write: Write) -> None:
    write()
    done = cli.invoke(args=["script", "run", "mend", "--by", "2"])
    assert (done.exit_code, done.stdout) == (0, "")
    assert "mend · owner li · run 1 · on " in done.stderr
    assert "25 updated, 25 items." in done.stderr
    assert "flask runs show 1" in done.stderr
    assert total() == 50
    run = runs.get(1)
    assert (run.kind, run.name, run.arguments, run.script_id) == ("script", "mend", {"by": "2"}, "mend")
    assert run.script_sha256 is not None


def test_help_shows_the_scripts_and_the_runners_options(cli: FlaskCliRunner, write: Write) -> None:
    write()
    listed = cli.invoke(args=["script", "run", "--help"])
    assert listed.exit_code == 0
    assert "mend" in listed.stdout
    assert "Mend the things." in listed.stdout
    shown = cli.invoke(args=["script", "run", "mend", "--help"])
    assert shown.exit_code == 0
    assert "Run it at night." in shown.stdout
    options, _, runner = shown.stdout.partition("How it is run:")
    assert "--by" in options
    assert "--dry-run" in runner
    assert runs.newest(1) == []


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["mnd"], 1, 'Did you mean "mend"?'),
        (["mend", "--by", "two"], 2, "'two' is not a valid integer"),
        (["mend", "--bye", "2"], 2, "--bye"),
        (["mend", "--apply", "7"], 1, "There is no run 7."),
        (["mend", "--apply", "7", "--by", "2"], 2, "leave these out: --by"),
        (["mend", "--apply", "7", "--dry-run"], 2, "--apply does a dry run for real"),
        (["mend", "--throttle", "0"], 2, "--throttle"),
    ],
)
def test_what_cannot_be_run_leaves_no_run(
    cli: FlaskCliRunner, write: Write, args: list[str], code: int, said: str
) -> None:
    write()
    done = cli.invoke(args=["script", "run", *args])
    assert done.exit_code == code
    assert said in done.stderr
    assert (total(), runs.newest(1)) == (0, [])


def test_a_script_that_cannot_be_loaded_says_why(cli: FlaskCliRunner, write: Write) -> None:
    write("import nosuchmodule\n")
    done = cli.invoke(args=["script", "run", "mend"])
    assert done.exit_code == 1
    assert "recycle/mend.py cannot be loaded: ModuleNotFoundError" in done.stderr
    assert cli.invoke(args=["script", "run", "--help"]).exit_code == 0


def test_a_script_runs_as_a_file_by_the_same_road(write: Write, tmp_path: Path) -> None:
    copy_project(tmp_path / "copy")
    path = tmp_path / "copy" / "offline_script" / "recycle" / "mend.py"
    path.parent.mkdir(parents=True)
    path.write_text(HEAD + ADD.replace("{declared}", ""))
    command = [sys.executable, str(path), "--by", "3"]
    env = {**os.environ, "SCRIPTS_PATH": ""}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=env, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert total() == 75
    assert runs.get(1).arguments == {"by": "3"}


def test_a_retired_script_needs_force(cli: FlaskCliRunner, write: Write) -> None:
    write(folder="unrecycle")
    done = cli.invoke(args=["script", "run", "mend"])
    assert (done.exit_code, total()) == (5, 0)
    assert "mend is retired" in done.stderr
    assert "--force" in done.stderr
    done = cli.invoke(args=["script", "run", "mend", "--force"])
    assert (done.exit_code, total()) == (0, 25)
    assert "mend · retired · owner li" in done.stderr


def test_a_script_that_runs_once_refuses_a_second_success(cli: FlaskCliRunner, write: Write) -> None:
    write(declared=", run_once=True")
    assert cli.invoke(args=["script", "run", "mend", "--dry-run"]).exit_code == 0
    assert cli.invoke(args=["script", "run", "mend", "--by", "0"]).exit_code == 0
    done = cli.invoke(args=["script", "run", "mend"])
    assert (done.exit_code, total()) == (5, 0)
    assert "mend runs once, and did so as run 2" in done.stderr


def test_more_rows_than_allowed_roll_back(cli: FlaskCliRunner, write: Write) -> None:
    write()
    done = cli.invoke(args=["script", "run", "mend", "--max-rows", "15"])
    assert done.exit_code == 5
    assert "More than 15 rows would change; 10 changed rows of earlier batches stay" in done.stderr
    assert total() == 10, "the first batch was committed, the second was not"
    run = runs.get(1)
    assert (run.state, run.rows["things"]["updated"]) == ("failed", 10)
    assert cli.invoke(args=["runs", "resume", "1"]).exit_code == 5
    done = cli.invoke(args=["runs", "resume", "1", "--max-rows", "25"])
    assert (done.exit_code, total()) == (0, 25)


def test_a_dry_run_is_applied_with_its_arguments(cli: FlaskCliRunner, write: Write) -> None:
    write()
    tried = cli.invoke(args=["script", "run", "mend", "--by", "4", "--dry-run"])
    assert (tried.exit_code, total()) == (0, 0)
    assert "Would change 25 rows of 25 items:" in tried.stderr
    assert "n: 0 → 4" in tried.stderr
    assert "--apply 1" in tried.stderr
    assert runs.get(1).dry_run
    done = cli.invoke(args=["script", "run", "mend", "--apply", "1"])
    assert (done.exit_code, total()) == (0, 100)
    assert runs.get(2).arguments == {"by": "4"}
    assert runs.get(2).options == {"apply": 1}
    again = cli.invoke(args=["script", "run", "mend", "--apply", "2"])
    assert again.exit_code == 5
    assert "is no dry run" in again.stderr


def test_a_dry_run_of_another_script_or_code_is_not_applied(cli: FlaskCliRunner, write: Write) -> None:
    write()
    assert cli.invoke(args=["script", "run", "mend", "--dry-run"]).exit_code == 0
    write(name="other")
    done = cli.invoke(args=["script", "run", "other", "--apply", "1"])
    assert done.exit_code == 5
    assert "Run 1 is of mend, not of other." in done.stderr
    write(ADD + "\n# changed\n")
    done = cli.invoke(args=["script", "run", "mend", "--apply", "1"])
    assert done.exit_code == 5
    assert "mend has changed since its dry run 1." in done.stderr
    assert total() == 0


def test_the_result_as_json(cli: FlaskCliRunner, write: Write) -> None:
    write()
    done = cli.invoke(args=["script", "run", "mend", "--dry-run", "--json"])
    assert done.exit_code == 0
    result = json.loads(done.stdout)
    assert (result["run_id"], result["dry_run"], result["items"]) == (1, True, 25)
    assert result["rows"] == {"things": {"inserted": 0, "updated": 25, "deleted": 0}}
    assert [(table["table"], table["updated"]) for table in result["diff"]] == [("things", 25)]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("run.session.commit()", "may not commit"),
        ("run.session.execute(sa.text('CREATE TABLE more (id INTEGER)'))", "may not change tables: CREATE TABLE"),
        ("db.session.commit()", "may not commit"),
        ("db.engine.connect().execute(sa.text('UPDATE things SET n = 9'))", "run.session"),
    ],
)
def test_a_dry_run_refuses_what_cannot_be_taken_back(
    cli: FlaskCliRunner, write: Write, statement: str, said: str
) -> None:
    body = "from app.extensions import db\n\n@script(owner='li')\ndef main(run):\n"
    body += f"    run.session.execute(sa.text('UPDATE things SET n = 8'))\n    {statement}\n"
    write(body)
    done = cli.invoke(args=["script", "run", "mend", "--dry-run"])
    assert done.exit_code == 5, done.stderr
    assert said in done.stderr
    assert (total(), runs.get(1).state) == (0, "failed")


def test_a_refusal_that_the_script_swallows_fails_all_the_same(cli: FlaskCliRunner, write: Write) -> None:
    body = "@script(owner='li')\ndef main(run):\n    run.session.execute(sa.text('UPDATE things SET n = 8'))\n"
    write(body + "    try:\n        run.session.commit()\n    except Exception:\n        pass\n")
    done = cli.invoke(args=["script", "run", "mend", "--dry-run"])
    assert (done.exit_code, total()) == (5, 0)


def test_a_script_that_commits_by_itself_is_not_resumed(cli: FlaskCliRunner, write: Write) -> None:
    body = "@script(owner='li')\ndef main(run):\n    run.session.execute(sa.text('UPDATE things SET n = 8'))\n"
    write(body + "    run.session.commit()\n    raise ValueError('no')\n")
    done = cli.invoke(args=["script", "run", "mend"])
    assert (done.exit_code, total()) == (1, 200)
    done = cli.invoke(args=["runs", "resume", "1"])
    assert (done.exit_code, total()) == (5, 200)
    assert "its script committed by itself" in done.stderr


def test_calls_outside_are_listed_in_a_dry_run_and_made_in_a_real_one(
    cli: FlaskCliRunner, write: Write, tmp_path: Path
) -> None:
    mark = tmp_path / "called"
    call = f"run.external(Path({str(mark)!r}).touch)"
    write(f"from pathlib import Path\n\n@script(owner='li')\ndef main(run):\n    {call}\n")
    tried = cli.invoke(args=["script", "run", "mend", "--dry-run"])
    assert (tried.exit_code, mark.exists()) == (0, False)
    assert "Would call 1 time outside the database:" in tried.stderr
    assert "touch()" in tried.stderr
    assert cli.invoke(args=["script", "run", "mend"]).exit_code == 0
    assert mark.exists()


def test_artifacts_stay_in_the_runs_folder_and_in_the_ledger(cli: FlaskCliRunner, write: Write) -> None:
    write("@script(owner='li', read_only=True)\ndef main(run):\n    run.artifact('订单.txt').write_text('hello')\n")
    tried = cli.invoke(args=["script", "run", "mend", "--dry-run"])
    assert tried.exit_code == 0
    assert "Would leave 订单.txt (5 bytes)." in tried.stderr
    assert runs.get(1).artifacts == []
    done = cli.invoke(args=["script", "run", "mend"])
    assert done.exit_code == 0
    (kept,) = runs.get(2).artifacts
    assert (kept["name"], kept["size"]) == ("订单.txt", 5)
    path = Path(done.stderr.partition("Left ")[2].partition(" (5 bytes)")[0])
    assert path.read_text() == "hello"


@pytest.mark.parametrize("name", ["../x", "/etc/x", ".hidden", "a/b", ""])
def test_an_artifact_is_one_file_name(cli: FlaskCliRunner, write: Write, name: str) -> None:
    write(f"@script(owner='li')\ndef main(run):\n    run.artifact({name!r})\n")
    done = cli.invoke(args=["script", "run", "mend"])
    assert done.exit_code == 5
    assert "not the name of an artifact" in done.stderr


def test_a_read_only_script_may_not_write(cli: FlaskCliRunner, write: Write) -> None:
    write(declared=", read_only=True")
    done = cli.invoke(args=["script", "run", "mend"])
    assert (done.exit_code, total()) == (5, 0)
    assert "A read-only script may not write to things." in done.stderr


def test_a_script_that_takes_too_long_is_broken_off_and_resumed(cli: FlaskCliRunner, write: Write) -> None:
    write(
        ADD.replace("time.sleep(", "time.sleep(60 if batch[0].id == 11 and os.environ.get('SLOW') else "),
        ", timeout=3",
    )
    os.environ["SLOW"] = "1"
    try:
        done = cli.invoke(args=["script", "run", "mend"])
    finally:
        del os.environ["SLOW"]
    assert (done.exit_code, total()) == (1, 10)
    assert "timeout of 3 s" in done.stderr
    assert cli.invoke(args=["runs", "resume", "1"]).exit_code == 0
    assert total() == 25


def test_throttle_slows_down(cli: FlaskCliRunner, write: Write) -> None:
    write()
    began = time.monotonic()
    assert cli.invoke(args=["script", "run", "mend", "--throttle", "40"]).exit_code == 0
    assert time.monotonic() - began >= 0.5, "20 items before the last batch, at 40 a second"


def test_it_waits_while_a_callable_or_a_query_says_so(cli: FlaskCliRunner, write: Write) -> None:
    lagging = "LAG = [1, 0, 0, 0]\n\ndef lagging(run):\n    return LAG.pop(0) and 'the replica lags'\n"
    write(lagging + ADD, ", pause_while=lagging")
    began = time.monotonic()
    done = cli.invoke(args=["script", "run", "mend", "--pause-while", "SELECT COUNT(*) FROM things WHERE n = -1"])
    assert (done.exit_code, total()) == (0, 25)
    assert "Waiting: the replica lags" in done.stderr
    assert "Going on after" in done.stderr
    assert time.monotonic() - began >= 1


def test_a_query_that_says_wait_is_heard_and_so_is_a_signal(write: Write) -> None:
    write()
    process = start("script", "run", "mend", "--pause-while", "SELECT COUNT(*) FROM things")
    end = time.monotonic() + 30
    while total() == 0 and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Waiting: SELECT COUNT(*) FROM things says 25" in said
    assert (total(), runs.get(1).state) == (10, "paused")


PRODUCTION = {"PRODUCTION": True}


def test_production_asks_for_a_reason_and_a_confirmation(cli: FlaskCliRunner, app: Flask, write: Write) -> None:
    write()
    app.config.update(PRODUCTION)
    assert cli.invoke(args=["script", "run", "mend", "--dry-run"]).exit_code == 0
    done = cli.invoke(args=["script", "run", "mend"])
    assert (done.exit_code, total()) == (5, 0)
    assert "To go on: --reason TEXT and --yes" in done.stderr
    done = cli.invoke(args=["script", "run", "mend", "--yes"])
    assert (done.exit_code, total()) == (5, 0)
    assert "--reason" in done.stderr
    done = cli.invoke(args=["script", "run", "mend", "--yes", "--reason", "工单 7"])
    assert (done.exit_code, total()) == (0, 25)
    assert runs.newest(1)[0].reason == "工单 7"


def test_ten_start_it_one_runs_and_the_next_starts_as_soon_as_that_one_is_killed(write: Write) -> None:
    write()
    processes = [start("script", "run", "mend", NAP="60") for _ in range(10)]
    losers, winner = [], None
    end = time.monotonic() + 120
    while len(losers) < 9 and time.monotonic() < end:
        losers = [process for process in processes if process.poll() is not None]
        time.sleep(0.05)
    (winner,) = [process for process in processes if process.poll() is None]
    said = [process.communicate()[1] for process in losers]
    assert [process.returncode for process in losers] == [4] * 9, said
    assert all("Busy: mend is" in text for text in said)
    assert any("Wait for it with --wait 300." in text for text in said)
    (held,) = runs.newest(5)
    assert held.state == "running"
    os.kill(winner.pid, signal.SIGKILL)
    winner.communicate()
    killed = utc_now()
    outcome = start_in_this_process("mend", wait_s=5)
    assert (runs.newest(1)[0].started_at - killed).total_seconds() < 5  # long before any heartbeat would be missed
    assert [run.state for run in runs.newest(5)] == ["succeeded", "lost"]
    assert outcome == 25


def start_in_this_process(name: str, **options: float) -> int:
    """Run a script here, where nothing is to be imported any more, and return the sum of all n."""
    from tests.scripts import run_script

    run_script(name, **options)
    return total()


def test_waiting_for_the_other_run(write: Write) -> None:
    write()
    first = start("script", "run", "mend", NAP="0.7")
    end = time.monotonic() + 30
    while not runs.newest(1) and time.monotonic() < end:
        time.sleep(0.05)
    second = start("script", "run", "mend", "--wait", "30")
    assert (first.communicate() and first.returncode, second.communicate() and second.returncode) == (0, 0)
    assert total() == 50


def test_pause_and_cancel_from_another_process(write: Write, cli: FlaskCliRunner) -> None:
    write(ADD.replace("size=10", "size=1"))
    process = start("script", "run", "mend", NAP="0.5")
    end = time.monotonic() + 30
    while not runs.newest(1) and time.monotonic() < end:
        time.sleep(0.05)
    done = cli.invoke(args=["runs", "pause", "1", "--wait", "30"])
    assert done.exit_code == 0, done.stderr
    _, said = process.communicate()
    assert process.returncode == 130
    assert "Run 1 is paused after" in said
    assert 0 < total() < 25
    assert cli.invoke(args=["runs", "cancel", "1"]).exit_code == 0
    assert runs.get(1).state == "cancelled"
    assert cli.invoke(args=["runs", "resume", "1"]).exit_code == 1
