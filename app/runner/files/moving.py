"""Move files, by `git mv` those that git tracks: all of them or none."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

from app.errors import Failed

GIT_TIMEOUT_S = 60


def move(undo: ExitStack, source: Path, target: Path) -> None:
    """Move a file to where there is none, into a folder that is there; `undo` moves it back.

    Raises:
        Failed: git refuses; says why.
        OSError: the system refuses.
    """
    undo.callback(_move_back, source, target)
    if _tracked(source):
        _git_mv(source, target)
    else:
        source.rename(target)


def overwrite(path: Path, content: bytes) -> None:
    """Put other content into a file, its rights kept: as a whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(content)
        shutil.copymode(path, new)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _move_back(source: Path, target: Path) -> None:
    if source.exists() or not target.exists():  # it did not get that far
        return
    try:
        if _tracked(target):
            _git_mv(target, source)
    except Failed:
        pass  # whatever keeps git from it, the file itself goes back
    if not source.exists():
        target.rename(source)


def _tracked(path: Path) -> bool:
    return _git(path.parent, "ls-files", "--error-unmatch", "--", path.name).returncode == 0


def _git_mv(source: Path, target: Path) -> None:
    done = _git(source.parent, "mv", "--", source.name, os.path.relpath(target, source.parent))
    if done.returncode != 0:
        said = done.stderr.strip().removeprefix("fatal: ").partition("\n")[0]
        raise Failed(f"git cannot move {source.name}: {said}")


def _git(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run git in a folder; where there is no git, or it does not answer, it has failed."""
    command = ["git", "-C", str(folder), *args]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=GIT_TIMEOUT_S, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, returncode=-1, stdout="", stderr=str(error))
