"""A new script and its test, as `flask script new` writes them, work before anybody has touched them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project_copy import ROOT, copy_project, run_manage


@pytest.fixture
def manage(tmp_path: Path) -> Path:
    """Give the `manage.py` of a copy of the project that can test itself and has no scripts."""
    manage = copy_project(tmp_path)
    (tmp_path / "tests" / "offline_script").mkdir(parents=True)
    for file in (ROOT / "tests").glob("*.py"):
        if not file.name.startswith("test_"):
            shutil.copy(file, tmp_path / "tests")
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    return manage


def made_test_passes(manage: Path, test: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", test]
    done = subprocess.run(command, cwd=manage.parent, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout or "4 passed" in done.stdout, done.stdout


def test_the_made_test_passes_and_goes_on_passing_wherever_both_are_moved(manage: Path) -> None:
    made = run_manage(manage, "script", "new", "mend_names", "--owner", "li")
    assert made.returncode == 0, made.stderr
    script, test = made.stdout.splitlines()
    made_test_passes(manage, test)
    promoted = run_manage(manage, "script", "promote", script)
    assert (promoted.returncode, promoted.stdout.splitlines()[0]) == (0, "offline_script/recycle/mend_names.py")
    made_test_passes(manage, promoted.stdout.splitlines()[1])
