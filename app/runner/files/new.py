"""A new script and its test."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from app.errors import Conflict
from app.runner.files import outline
from app.runner.files.discovery import ScriptFile, all_scripts
from app.runner.files.places import check_free, prepare, test_of
from app.runner.files.script_template import TEST, script_text


class Written(NamedTuple):
    """The files of a new script."""

    script: ScriptFile
    test: Path


def write_new(root: Path, folder: str, name: str, owner: str) -> Written:
    """Write a new script and its test from the template: both or none.

    Args:
        root: the scripts' folder.
        folder: where the script is to live under it, a name that the rules allow.
        name: its own, which the rules allow there.
        owner: who answers for it.

    Raises:
        Conflict: one of the files exists, or the name, or the history of that name, is another script's.
    """
    script = ScriptFile(root / folder / f"{name}.py", folder)
    test = test_of(script.path, root)
    check_free(root, script.name, (script.path, test))
    _check_history(root, name)
    with ExitStack() as undo:
        _write(undo, root, script.path, script_text(name, owner))
        _write(undo, root, test, TEST)
        undo.pop_all()
    return Written(script, test)


def _check_history(root: Path, name: str) -> None:
    for other in all_scripts(root):
        if outline.read(other.path).id == name:
            raise Conflict(f'The history "{name}" is that of {other.folder}/{other.name}.', "Choose another name.")


def _write(undo: ExitStack, root: Path, path: Path, text: str) -> None:
    for made in prepare(path, root):
        undo.callback(made.unlink, missing_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        undo.callback(path.unlink, missing_ok=True)
        file.write(text)
