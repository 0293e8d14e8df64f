"""Which scripts there are, and what their runs came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.errors import AppError, Failed, NotFound
from app.models import Run
from app.runner.files import outline
from app.runner.files.discovery import ScriptFile, all_scripts, find
from app.runner.files.loading import load
from app.runner.files.naming import STALE_AFTER_DAYS, age_in_days
from app.runner.files.outline import Outline
from app.runner.script import Script
from app.services.failures import failure_of
from app.services.runs.settling import try_to_settle
from app.services.scripts.life_cycle import root
from app.services.transactions import reading


@dataclass(frozen=True)
class Entry:
    """A script as it is listed.

    Attributes:
        file: where it is.
        outline: what it says of itself; with problems if it is broken.
        age: of a temporary script, in days by its name; else None.
    """

    file: ScriptFile
    outline: Outline
    age: int | None

    @property
    def full_name(self) -> str:
        """Return its name with its folder, which no other script has."""
        return f"{self.file.folder}/{self.file.name}"

    @property
    def stale(self) -> bool:
        """Tell whether it is temporary and has been so for too long."""
        return self.age is not None and self.age > STALE_AFTER_DAYS

    @property
    def problem(self) -> str:
        """Return why it cannot be run; "" if nothing is known."""
        return self.outline.problems[0].sentence if self.outline.problems else ""


@dataclass(frozen=True)
class History:
    """The last runs of scripts, `{script id: runs, the newest first}`, and why they are unknown, if they are."""

    runs: dict[str, list[Run]]
    unknown: AppError | None = None


def entries(stale_only: bool = False) -> list[Entry]:
    """Return all scripts by folder and name, broken ones too, or only those that are stale. None is run."""
    found = [entry_of(file) for file in all_scripts(root())]
    return [entry for entry in found if entry.stale or not stale_only]


def entry_of(file: ScriptFile) -> Entry:
    """Return a script as it is listed."""
    age = age_in_days(file.name, date.today()) if file.temporary else None
    return Entry(file, outline.read(file.path), age)


def get(name: str) -> Entry:
    """Return one script; see `find` for its errors."""
    return entry_of(find(root(), name))


def matching(search: str) -> list[Entry]:
    """Return the scripts in which all words of a search stand: in their folder, name, summary or owner."""
    words = search.casefold().split()
    return [entry for entry in entries() if all(word in _shown(entry) for word in words)]


def _shown(entry: Entry) -> str:
    return " ".join((entry.file.folder, entry.file.name, entry.outline.summary, entry.outline.owner)).casefold()


def of_run(run: Run) -> Entry:
    """Return the script of a run, wherever its file lives now.

    Raises:
        NotFound: it is gone.
    """
    for entry in entries():
        if entry.outline.id == run.script_id:
            return entry
    raise NotFound(f"The script of run {run.id} is gone: {run.script_id or run.name}.")


def loaded(entry: Entry) -> tuple[Script | None, str]:
    """Return a script's command, for its help and parameters; where it cannot be loaded, None and why."""
    if entry.problem:
        return None, f"line {entry.outline.problems[0].line}: {entry.problem}"
    try:
        return load(entry.file).script, ""
    except Failed as error:
        return None, error.message


def history(ids: Iterable[str], each: int = 1) -> History:
    """Return the last runs, at most `each`, of the scripts of these ids. A database that is missing is no error."""
    wanted = set(ids)
    try:
        runs = _last_runs(wanted, each)
        if any(run.state == "running" for run in runs):
            try_to_settle()  # its process may be dead
            runs = _last_runs(wanted, each)
    except (AppError, SQLAlchemyError) as error:
        return History({}, failure_of(error))
    return History({name: [run for run in runs if run.script_id == name] for name in wanted})


def _last_runs(ids: set[str], each: int) -> list[Run]:
    place = func.row_number().over(partition_by=Run.script_id, order_by=Run.id.desc()).label("place")
    places = select(Run.id, place).where(Run.script_id.in_(ids)).subquery()
    query = select(Run).join(places, Run.id == places.c.id).where(places.c.place <= each).order_by(Run.id.desc())
    with reading() as session:
        return list(session.scalars(query))


def path_of(entry: Entry) -> str:
    """Return a script's path from the folder that holds all scripts, with slashes."""
    return entry.file.path.relative_to(root().parent).as_posix()


def as_dict(entry: Entry, runs: list[Run]) -> dict[str, Any]:
    """Return what `list` and `show` have in common, as JSON has it; `last_run` is None where there is none."""
    said = entry.outline
    return {
        "name": entry.file.name,
        "folder": entry.file.folder,
        "path": path_of(entry),
        "summary": said.summary,
        "owner": said.owner or None,
        "id": None if said.problems else said.id,
        "run_once": bool(said.keywords.get("run_once")),
        "read_only": bool(said.keywords.get("read_only")),
        "retired": entry.file.retired,
        "temporary": entry.file.temporary,
        "age_days": entry.age,
        "stale": entry.stale,
        "problem": entry.problem or None,
        "last_run": run_as_dict(runs[0]) if runs else None,
    }


def run_as_dict(run: Run) -> dict[str, Any]:
    """Return what is shown of a run beside its script."""
    return {
        "id": run.id,
        "name": run.name,
        "state": run.state,
        "dry_run": run.dry_run,
        "operator": run.operator,
        "started_at": run.started_at.isoformat(),
        "rows": run.rows,
    }


def details(entry: Entry, script: Script | None) -> dict[str, Any]:
    """Return what `show` has beside that: help, hash, and the timeout in seconds of a script that could be loaded."""
    return {
        "help": entry.outline.doc,
        "sha256": _sha256(entry.file),
        "timeout": script.timeout if script else entry.outline.keywords.get("timeout"),
    }


def _sha256(file: ScriptFile) -> str | None:
    try:
        return file.sha256()
    except OSError:
        return None
