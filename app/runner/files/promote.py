"""Make a temporary script that is wanted again a reusable one."""

from __future__ import annotations

from pathlib import Path

from app.errors import Refused
from app.runner.files.discovery import RECYCLE, ScriptFile
from app.runner.files.naming import check, problem_of_reusable, without_day
from app.runner.files.rename import Renamed, rename


def promote(root: Path, file: ScriptFile, name: str = "") -> Renamed:
    """Move a temporary script and its test to recycle/.

    Args:
        root: the scripts' folder.
        file: the script.
        name: what it is called there; without: its name without `ts_YYYY_MM_DD_`.

    Raises:
        Refused: it is not temporary.
        BadName: no reusable script can be called so.
        Conflict, Failed: see `rename`.
    """
    if not file.temporary:
        kind = "retired" if file.retired else "reusable already"
        raise Refused(f"{file.folder}/{file.name} is {kind}.", "Only temporary scripts are promoted.")
    wanted = name or without_day(file.name)
    check(wanted, problem_of_reusable, "name of a reusable script", f"flask script promote {file.name} --as")
    return rename(root, file, RECYCLE, wanted)
