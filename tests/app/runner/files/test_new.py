"""New scripts: what is written is right as it stands."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from app.errors import Conflict
from app.runner.files import outline
from app.runner.files.lint import lint
from app.runner.files.loading import load
from app.runner.files.new import write_new
from tests.project_copy import ROOT
from tests.script_files import GOOD, TEMPORARY, put, tree

PLACES = [("li", TEMPORARY), ("recycle", "mend_totals"), ("li", "ts_2026_11_20_" + "x" * 86)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a scripts' folder that does not exist yet."""
    return tmp_path / "offline_script"


@pytest.mark.parametrize(("folder", "name"), PLACES)
def test_script_and_test_are_written_where_they_belong(folder: str, name: str, root: Path) -> None:
    written = write_new(root, folder, name, "li")
    assert written.script.path == root / folder / f"{name}.py"
    assert written.test == root.parent / "tests/offline_script" / folder / f"test_{name}.py"
    assert set(tree(root.parent)) == {
        f"offline_script/{folder}/{name}.py",
        f"tests/offline_script/{folder}/test_{name}.py",
        f"tests/offline_script/{folder}/__init__.py",
        "tests/offline_script/__init__.py",
        "tests/__init__.py",
    }


@pytest.mark.parametrize(("folder", "name"), PLACES)
def test_the_script_loads_and_says_what_it_is(folder: str, name: str, root: Path) -> None:
    written = write_new(root, folder, name, "li")
    script = load(written.script).script
    assert (script.id, script.owner, script.name) == (name, "li", name)
    assert [(param.name, param.required) for param in script.params] == [("city", True)]
    assert outline.read(written.script.path).keywords == {"id": name, "owner": "li"}
    assert lint(root, date(2026, 11, 21)) == []


@pytest.mark.parametrize(("folder", "name"), PLACES)
def test_both_keep_the_rules_of_the_house(folder: str, name: str, root: Path) -> None:
    written = write_new(root, folder, name, "x" * 40)
    for check in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *check, "--config", str(ROOT / "pyproject.toml")]
        files = [str(written.script.path), str(written.test)]
        ignored = ["--ignore", "S101,ARG001,RUF002"] if check == ["check"] else []
        done = subprocess.run([*command, *ignored, *files], capture_output=True, text=True, cwd=ROOT, timeout=60)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("path", "source", "reason"),
    [
        (f"offline_script/li/{TEMPORARY}.py", GOOD, f"offline_script/li/{TEMPORARY}.py exists already"),
        (f"tests/offline_script/li/test_{TEMPORARY}.py", "", "exists already"),
        (f"offline_script/zhao/{TEMPORARY}.py", GOOD, "is the name of zhao/"),
        (
            "offline_script/recycle/mend_totals.py",
            GOOD.replace("@script(", f'@script(id="{TEMPORARY}", '),
            f'The history "{TEMPORARY}" is that of recycle/mend_totals',
        ),
    ],
)
def test_what_is_there_is_never_overwritten(path: str, source: str, reason: str, root: Path) -> None:
    put(root.parent, path, source)
    before = tree(root.parent)
    with pytest.raises(Conflict, match=reason):
        write_new(root, "li", TEMPORARY, "li")
    assert tree(root.parent) == before


def test_without_its_test_no_script_is_written(root: Path) -> None:
    put(root.parent, "tests", "a file where a folder should be")
    before = tree(root.parent)
    with pytest.raises(OSError, match="tests"):
        write_new(root, "li", TEMPORARY, "li")
    assert tree(root.parent) == before
