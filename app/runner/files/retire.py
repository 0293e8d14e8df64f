"""Put a script aside: kept and listed, and run with --force only."""

from __future__ import annotations

from pathlib import Path

from app.errors import Refused
from app.runner.files.discovery import UNRECYCLE, ScriptFile
from app.runner.files.naming import check, problem_of_retired
from app.runner.files.rename import Renamed, rename


def retire(root: Path, file: ScriptFile, name: str = "") -> Renamed:
    """Move a reusable or temporary script and its test to unrecycle/.

    Args:
        root: the scripts' folder.
        file: the script.
        name: what it is called there; without: as before.

    Raises:
        Refused: it is retired already.
        BadName: no script can be called so.
        Conflict, Failed: see `rename`.
    """
    if file.retired:
        raise Refused(f"{file.folder}/{file.name} is retired already.")
    wanted = name or file.name
    check(wanted, problem_of_retired, "name of a retired script", f"flask script retire {file.name} --as")
    return rename(root, file, UNRECYCLE, wanted)
