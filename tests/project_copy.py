"""A copy of the project, for tests that add a command, break one or write a `.env`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def copy_project(folder: Path) -> Path:
    """Copy what runs to `folder` and return its `manage.py`."""
    for name in ("app", "commands", "migrations"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".flaskenv", folder)
    return Path(shutil.copy(ROOT / "manage.py", folder))


def add_command(manage: Path, module: str, source: str) -> None:
    """Put a command module into the copy whose `manage.py` this is, and into its list."""
    commands = manage.parent / "commands"
    (commands / f"{module}.py").write_text(source)
    listed = (commands / "__init__.py").read_text()
    assert "\nMODULES = (" in listed
    (commands / "__init__.py").write_text(listed.replace("\nMODULES = (", f'\nMODULES = ("{module}", '))


def run_manage(manage: Path, *args: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `python manage.py ARGS` from `cwd`, with these variables beside those of the environment."""
    command = [sys.executable, str(manage), *args]
    env = {**os.environ, **environ}
    return subprocess.run(command, cwd=cwd or manage.parent, env=env, capture_output=True, text=True, timeout=60)
