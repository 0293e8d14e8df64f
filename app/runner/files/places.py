"""Where a script's test lies, whether both have room somewhere, and how folders for them are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from app.errors import Conflict
from app.runner.files.discovery import ScriptFile, all_scripts


def test_of(script: Path, root: Path) -> Path:
    """Return where the test of a script lies: `offline_script/li/x.py` has `tests/offline_script/li/test_x.py`."""
    return root.parent / "tests" / script.relative_to(root.parent).with_name(f"test_{script.name}")


def check_free(root: Path, name: str, files: Iterable[Path], moving: ScriptFile | None = None) -> None:
    """Check that these files can be put there, and that no script but the one that is moving has the name.

    Raises:
        Conflict: something is in the way; says what.
    """
    for path in files:
        if path.exists() or path.is_symlink():
            raise Conflict(f"{path.relative_to(root.parent)} exists already.", "Choose another name.")
    for other in all_scripts(root):
        if other.name == name and other != moving:
            raise Conflict(f'"{name}" is the name of {other.folder}/{name} already.', "Choose another one.")


def prepare(path: Path, root: Path) -> list[Path]:
    """Make the folder of a script, or of a test as the package that pytest wants; return the files made for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = [folder / "__init__.py" for folder in _packages(path, root.parent / "tests")]
    made = [file for file in made if not file.exists()]
    for file in made:
        file.touch()
    return made


def _packages(path: Path, tests: Path) -> Iterator[Path]:
    """Yield the folders from that of a test up to `tests` itself; none for what is no test."""
    if path.is_relative_to(tests):
        yield from (folder for folder in path.parents if folder.is_relative_to(tests))
