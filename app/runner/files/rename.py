"""Give a script another place and name, with its test and its history."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from app.runner.files.declared_id import with_declared_id
from app.runner.files.discovery import ScriptFile
from app.runner.files.moving import move, overwrite
from app.runner.files.places import check_free, prepare, test_of


@dataclass(frozen=True)
class Renamed:
    """A script that was moved.

    Attributes:
        script: where it is now.
        test: where its test is now; None if it has none.
        id: what was declared to keep its history; "" if it had declared an id before.
    """

    script: ScriptFile
    test: Path | None
    id: str


def rename(root: Path, file: ScriptFile, folder: str, name: str) -> Renamed:
    """Move a script and its test to another folder and name, and declare its id: everything or nothing.

    Raises:
        Conflict: the name is taken.
        Failed: the script cannot be read, so that its history would be lost; or git refuses the move.
    """
    target = ScriptFile(root / folder / f"{name}.py", folder)
    tests = (test_of(file.path, root), test_of(target.path, root))
    check_free(root, name, (target.path, tests[1]), moving=file)
    content = file.path.read_bytes()
    declared = with_declared_id(content, file.name)
    moves = [(file.path, target.path), *([tests] if tests[0].exists() else [])]
    with ExitStack() as undo:
        for source, place in moves:
            for made in prepare(place, root):
                undo.callback(made.unlink, missing_ok=True)
            move(undo, source, place)
        if declared != content:
            overwrite(target.path, declared)
        undo.pop_all()
    return Renamed(target, tests[1] if len(moves) > 1 else None, file.name if declared != content else "")
