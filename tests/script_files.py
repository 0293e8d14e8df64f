"""Folders of script files for tests, inside a git checkout or outside."""

from __future__ import annotations

import subprocess
from pathlib import Path

GOOD = (
    '"""Count things."""\nimport click\nfrom app.runner import script\n\n@script(owner="li")\ndef main(run): ...\n'
    '\nif __name__ == "__main__":\n    main()\n'
)
TEMPORARY = "ts_2026_11_20_mend_totals"


def put(root: Path, path: str, source: str = GOOD) -> Path:
    """Write a script's file under `root`."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, encoding="utf-8")
    return file


def put_with_test(root: Path, path: str, source: str = GOOD) -> tuple[Path, Path]:
    """Write a script's file and that of its test."""
    script = put(root, path, source)
    test = put(root.parent / "tests" / root.name, f"{script.parent.name}/test_{script.name}", '"""A test."""\n')
    return script, test


def git(folder: Path, *args: str) -> str:
    """Run git in a folder, as somebody; return what it prints."""
    who = ["-c", "user.name=Li", "-c", "user.email=li@example.com"]
    done = subprocess.run(["git", "-C", str(folder), *who, *args], capture_output=True, text=True, check=True)
    return done.stdout


def commit_all(folder: Path) -> None:
    """Make a folder a git checkout with everything in it committed."""
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Start")


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file under a folder but git's own: path and content."""
    files = (file for file in folder.rglob("*") if file.is_file() and ".git" not in file.parts)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
