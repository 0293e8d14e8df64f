"""`flask script new`: a script and its test, in the right place, and what to type next."""

from __future__ import annotations

import getpass
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from app.runner.files.naming import dated, folder_for
from app.services.scripts import life_cycle
from tests.script_files import put, tree

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def stem() -> str:
    """Return the name that a script gets today."""
    return dated("mend_totals", date.today())


def test_a_temporary_script_has_the_day_and_its_owners_folder(cli: FlaskCliRunner, scripts: Path) -> None:
    result = cli.invoke(args=["script", "new", "mend_totals", "--owner", "li"])
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"offline_script/li/{stem()}.py",
        f"tests/offline_script/li/test_{stem()}.py",
    ]
    assert f"flask script run {stem()} --city" in result.stderr
    assert f"flask script promote {stem()}" in result.stderr
    assert 'owner="li"' in (scripts / f"li/{stem()}.py").read_text()
    assert cli.invoke(args=["script", "lint"]).exit_code == 0


def test_a_reusable_script_has_neither(cli: FlaskCliRunner, scripts: Path) -> None:
    result = cli.invoke(args=["script", "new", "mend_totals", "--owner", "li", "--recycle"])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "offline_script/recycle/mend_totals.py"
    assert "promote" not in result.stderr
    assert cli.invoke(args=["script", "lint"]).exit_code == 0


def test_without_an_owner_it_is_the_operators(
    cli: FlaskCliRunner, scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "Li.Wei")
    assert cli.invoke(args=["script", "new", "mend_totals"]).exit_code == 0
    assert (scripts / f"li_wei/{stem()}.py").exists()
    monkeypatch.delenv("SUDO_USER")
    assert life_cycle.new("count_orders").script.folder == folder_for(getpass.getuser())


def test_a_user_who_can_have_no_folder_is_asked_for_one(
    cli: FlaskCliRunner, scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "李")
    result = cli.invoke(args=["script", "new", "mend_totals"])
    assert (result.exit_code, result.stdout, tree(scripts)) == (5, "", {})
    assert result.stderr == 'Refused: The user name "李" cannot name a folder.\nSay whose script it is: --owner NAME\n'


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (
            ["Mend Totals"],
            '"Mend Totals" is no name of a script. Names are lower',
            "flask script new --owner li mend_totals",
        ),
        (
            ["ts_2026_11_20_mend_totals"],
            "The ts_ and today's date are put before it.",
            "flask script new --owner li mend_totals",
        ),
        (["mend_totals_2", "--recycle"], "named for its job", "flask script new --recycle --owner li mend_totals"),
        (["../../evil"], "Names are lower case", "flask script new --owner li evil"),
        (["导出"], "Names are lower case", "flask script new --owner li NAME"),
        (["mend_totals", "--owner", "recycle"], '"recycle" cannot own a script', "--owner NAME"),
        (["mend_totals", "--owner", "../li"], '"../li" cannot own a script', "--owner NAME"),
    ],
)
def test_a_wrong_name_is_told_why_and_a_right_one(
    args: list[str], message: str, hint: str, cli: FlaskCliRunner, scripts: Path
) -> None:
    result = cli.invoke(args=["script", "new", "--owner", "li", *args])
    assert (result.exit_code, result.stdout, tree(scripts)) == (1, "", {})
    said, how = result.stderr.splitlines()
    assert said.startswith("Error: ")
    assert message in said
    assert how.endswith(f"Say: {hint}")


def test_what_exists_is_never_overwritten(cli: FlaskCliRunner, scripts: Path) -> None:
    put(scripts, f"li/{stem()}.py", "mine")
    result = cli.invoke(args=["script", "new", "mend_totals", "--owner", "li"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: offline_script/li/{stem()}.py exists already.\nChoose another name.\n"
    assert (scripts / f"li/{stem()}.py").read_text() == "mine"
