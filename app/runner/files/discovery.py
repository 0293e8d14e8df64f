"""Scripts by their path: found without being imported, loaded when one is run."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from app.errors import Conflict, NotFound

RECYCLE = "recycle"
UNRECYCLE = "unrecycle"


@dataclass(frozen=True)
class ScriptFile:
    """A script's file. `folder` is where it lives under the scripts' root: recycle, unrecycle, or its developer's."""

    path: Path
    folder: str

    @property
    def name(self) -> str:
        """Return the name by which it is run: the file's, without .py."""
        return self.path.stem

    @property
    def retired(self) -> bool:
        """Tell whether it runs with --force only."""
        return self.folder == UNRECYCLE

    @property
    def temporary(self) -> bool:
        """Tell whether it is a developer's own, written for one occasion."""
        return self.folder not in (RECYCLE, UNRECYCLE)

    def sha256(self) -> str:
        """Return the hash of its content, as hex."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def all_scripts(root: Path) -> list[ScriptFile]:
    """Return every script under `root`, sorted by folder and name. Files whose names begin with _ are not scripts."""
    files = (path for path in root.glob("*/*.py") if not path.name.startswith("_"))
    return [ScriptFile(path, path.parent.name) for path in sorted(files)]


def find(root: Path, name: str) -> ScriptFile:
    """Return the script called `name`: `export_order`, `recycle/export_order`, or the path of its file.

    Raises:
        NotFound: there is none; names the nearest.
        Conflict: there are several.
    """
    wanted = name.removesuffix(".py")
    scripts = all_scripts(root)
    found = [file for file in scripts if wanted in (file.name, f"{file.folder}/{file.name}")]
    if not found and "\0" not in name and ("/" in name or name.endswith(".py")):
        path = _in_its_folder(Path(name))
        found = [file for file in scripts if _in_its_folder(file.path) == path]
    if len(found) > 1:
        names = ", ".join(f"{file.folder}/{file.name}" for file in found)
        raise Conflict(f'Several scripts are called "{name}": {names}.', "Name the folder as well.")
    if not found:
        near = difflib.get_close_matches(wanted, [file.name for file in scripts], n=1)
        hint = f'Did you mean "{near[0]}"?' if near else "See them with: flask script list"
        raise NotFound(f'There is no script "{name}".', hint)
    return found[0]


def _in_its_folder(path: Path) -> Path:
    """Return a file's path without links on the way to it; one that is a link itself keeps its own name."""
    return path.parent.resolve() / path.name
