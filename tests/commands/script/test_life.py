"""`flask script promote` and `retire`: what is printed; the moves themselves are tested with the runner."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from app.runner.files.naming import dated
from app.services import runs
from tests.script_files import TEMPORARY, commit_all, put, put_with_test

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_promote_says_where_both_are_now(cli: FlaskCliRunner, scripts: Path) -> None:
    put_with_test(scripts, f"li/{TEMPORARY}.py")
    commit_all(scripts.parent)
    result = cli.invoke(args=["script", "promote", TEMPORARY])
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "offline_script/recycle/mend_totals.py",
        "tests/offline_script/recycle/test_mend_totals.py",
    ]
    assert result.stderr == (
        f'Its history goes on: id="{TEMPORARY}" was written into @script(...).\n'
        "Run it with: flask script run mend_totals\n"
    )


def test_retire_says_how_it_still_runs(cli: FlaskCliRunner, scripts: Path) -> None:
    put(scripts, "recycle/mend_totals.py")
    result = cli.invoke(args=["script", "retire", "mend_totals", "--as", "mend_old_totals"])
    assert (result.exit_code, result.stdout) == (0, "offline_script/unrecycle/mend_old_totals.py\n")
    assert result.stderr.splitlines()[0] == "It has no test."
    assert result.stderr.endswith("Run it with: flask script run mend_old_totals --force\n")


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["promote", "mend_totals"], 5, "Refused: recycle/mend_totals is reusable already.\n"),
        (["retire", "gone"], 5, "Refused: unrecycle/gone is retired already.\n"),
        (["promote", TEMPORARY], 1, "Error: offline_script/recycle/mend_totals.py exists already.\n"),
        (["promote", TEMPORARY, "--as", "mend_2"], 1, 'Error: "mend_2" is no name of a reusable script.'),
        (["retire", "nothing"], 1, 'Error: There is no script "nothing".\n'),
        (["promote"], 2, "Usage: "),
    ],
)
def test_refusals_have_their_exit_codes(
    args: list[str], code: int, message: str, cli: FlaskCliRunner, scripts: Path
) -> None:
    for path in ("recycle/mend_totals.py", "unrecycle/gone.py", f"li/{TEMPORARY}.py"):
        put(scripts, path)
    result = cli.invoke(args=["script", *args])
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(message)


def test_the_history_goes_along_from_new_to_retired(cli: FlaskCliRunner, scripts: Path) -> None:
    stem = dated("mend_totals", date.today())
    assert cli.invoke(args=["script", "new", "mend_totals", "--owner", "li"]).exit_code == 0
    with runs.recorded("script", stem, {}, details=runs.Details(script_id=stem)) as first:
        pass
    assert cli.invoke(args=["script", "promote", stem]).exit_code == 0
    with runs.recorded("script", "mend_totals", {}, details=runs.Details(script_id=stem)) as second:
        pass
    assert cli.invoke(args=["script", "retire", "mend_totals"]).exit_code == 0
    shown = cli.invoke(args=["script", "show", "mend_totals", "--json"])
    assert shown.exit_code == 0
    script = json.loads(shown.stdout)
    assert (script["id"], script["retired"]) == (stem, True)
    assert [run["id"] for run in script["runs"]] == [second.id, first.id]
    assert cli.invoke(args=["script", "lint"]).exit_code == 0
