"""Which scripts there are, and what their runs came to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from app.models import Run
from app.models.base import utc_now
from app.services.scripts import catalog
from app.services.transactions import writing
from tests.script_files import GOOD, put


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    """Give the scripts' folder of the application."""
    app.config["SCRIPTS_PATH"] = str(tmp_path / "scripts")
    return tmp_path / "scripts"


def add_runs(script_id: str, count: int, state: str = "succeeded", **values: object) -> list[int]:
    """Put runs of a script into the ledger, as they stand after they ended."""
    row = {"kind": "script", "name": script_id, "state": state, "operator": "li@ops1", "host": "ops1", "pid": 1}
    empty = {"arguments": {}, "options": {}, "artifacts": [], "rows": {}, "started_at": utc_now()}
    with writing() as session:
        runs = [Run(script_id=script_id, **{**row, **empty, **values}) for _ in range(count)]
        session.add_all(runs)
        session.flush()
        return [run.id for run in runs]


def test_scripts_are_listed_by_folder_and_name_broken_ones_too(root: Path) -> None:
    put(root, "recycle/b.py")
    put(root, "recycle/a.py", "def main(:")
    put(root, "li/ts_2020_01_01_old.py")
    found = catalog.entries()
    assert [(entry.file.folder, entry.file.name) for entry in found] == [
        ("li", "ts_2020_01_01_old"),
        ("recycle", "a"),
        ("recycle", "b"),
    ]
    assert found[0].stale
    assert "no valid Python" in found[1].problem
    assert (found[2].age, found[2].stale, found[2].problem) == (None, False, "")
    assert catalog.entries(stale_only=True) == found[:1]


def test_a_retired_script_is_never_stale(root: Path) -> None:
    put(root, "unrecycle/ts_2020_01_01_old.py")
    assert catalog.entries(stale_only=True) == []


def test_each_script_has_its_own_last_runs_the_newest_first(root: Path) -> None:
    first = add_runs("one", 3)
    other = add_runs("other", 2)
    last = add_runs("one", 4)
    history = catalog.history(["one", "other", "never"], each=5)
    assert history.unknown is None
    assert [run.id for run in history.runs["one"]] == [*reversed(last), first[2]]
    assert [run.id for run in history.runs["other"]] == [*reversed(other)]
    assert history.runs["never"] == []


def test_no_scripts_have_no_history(root: Path) -> None:
    assert catalog.history([]) == catalog.History({})


def test_a_run_whose_process_died_is_lost(root: Path) -> None:
    died = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    add_runs("one", 1, state="running", pid=int(died.stdout), lock_name=None)
    assert [run.state for run in catalog.history(["one"]).runs["one"]] == ["lost"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_without_a_database_the_history_is_unknown(empty_app: Flask) -> None:
    history = catalog.history(["one"])
    assert history.runs == {}
    assert "flask initdb" in str(history.unknown)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("def main(:", "line 1: It is no valid Python: invalid syntax."),
        (f"import nothing_like_it\n{GOOD}", "ModuleNotFoundError"),
        (f"{GOOD}raise SystemExit(3)\n", "SystemExit: 3"),
    ],
)
def test_a_broken_script_is_no_error(source: str, problem: str, root: Path) -> None:
    put(root, "recycle/broken.py", source)
    script, why = catalog.loaded(catalog.get("broken"))
    assert script is None
    assert problem in why


def test_a_script_that_loads_has_no_problem(root: Path) -> None:
    put(root, "recycle/count.py")
    script, why = catalog.loaded(catalog.get("count"))
    assert script is not None
    assert (script.owner, why) == ("li", "")
