"""Which runs can be undone; of all others why not, and what to do instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import BeforeImage, ImportedSheet, Run
from app.models.base import utc_now
from app.services import runs
from app.services.imports import kept_files
from app.services.imports.loaded import DELETED, INSERTED, UPDATED
from app.services.imports.replay import Replay, replay_of
from app.services.transactions import reading
from app.sheets.table import Table
from app.sheets.target import find

IMPORT, UNDO = "import", "undo"
# What cannot be undone by its kind: why, and what to do instead.
INSTEAD: dict[str, tuple[str, str]] = {
    "script": (
        "a script's run keeps counts, not the values that were there before",
        "Write a script that puts them right; its dry run shows the difference: flask script new NAME",
    ),
    "user": (
        "the record keeps what was done to an account, not what it was before",
        "Change it back with: flask users",
    ),
    "token": (
        "what was made was shown once, and what is revoked stays so",
        "Revoke a token, or make another: flask tokens",
    ),
    "initdb": (
        "what makes a database anew keeps nothing of the old one",
        "Bring back a backup; one step of the schema goes back with: flask db downgrade",
    ),
    UNDO: (
        "it took an import back, and the sheet still has its rows",
        "Import the sheet again with: flask import-excel",
    ),
}
UNKNOWN = ("nothing is kept of what was there before", "Put it right by a script: flask script new NAME")

_Packed = tuple[bytes | None, ...]


@dataclass(frozen=True)
class Undoable:
    """An import that can be undone, unless its rows were changed since.

    Attributes:
        inserted, updated, deleted: how many rows of the table.
        left_out, listed: for each sheet the rows that the table forbade, and those that were inserted, as
            `app.sheets.row_set` packs them; None: none, and all.
    """

    run_id: int
    name: str
    table: Table
    inserted: int
    updated: int
    deleted: int
    replay: Replay
    left_out: tuple[bytes | None, ...]
    listed: tuple[bytes | None, ...]

    @property
    def undo_name(self) -> str:
        """Return what the ledger calls the undo, for people."""
        return f"import {self.name}"

    @property
    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the undo that the ledger keeps."""
        return {"run": self.run_id}

    @property
    def details(self) -> runs.Details:
        """Return what else it keeps."""
        return runs.Details(options={"undoes": self.run_id})


def undoable(run_id: int) -> Undoable:
    """Return what can be undone of a run.

    Raises:
        NotFound: there is no such run, or no longer the table.
        Conflict: it changed nothing, or has not succeeded.
        Refused: its kind cannot be undone, it was undone already, or its files are no longer kept.
    """
    run = runs.get(run_id)
    _check_kind(run)
    check_state(run)
    ((name, counts),) = run.rows.items()
    replay = replay_of(run.options)
    if replay is None:
        raise Refused(f"Run {run_id} is from before the ledger kept how a sheet was read.", INSTEAD["script"][1])
    _check_files(run, replay)
    with db.engine.connect() as connection:
        table = find(connection, name, db.metadata, hint=f"Run {run_id} imported into it. Was it dropped or renamed?")
    _check_columns(run, replay, table)
    left_out, listed, images = _kept(run_id, len(replay.sheets))
    updated, deleted = counts.get(UPDATED, 0), counts.get(DELETED, 0)
    if (updated or deleted) and not images:
        raise Refused(
            f"Run {run_id} cannot be undone: the rows that it changed are no longer kept as they were.",
            f"They are kept for {kept_files.days()} days (KEEP_FILES_DAYS). {INSTEAD['script'][1]}",
        )
    return Undoable(run_id, run.name, table, counts[INSERTED], updated, deleted, replay, left_out, listed)


def _kept(run_id: int, sheets: int) -> tuple[_Packed, _Packed, bool]:
    """Return which rows of each sheet were left out, which inserted, and whether any are kept as they were before."""
    query = select(ImportedSheet).where(ImportedSheet.run_id == run_id).order_by(ImportedSheet.number)
    images = select(BeforeImage.number).where(BeforeImage.run_id == run_id).limit(1)
    with reading() as session:
        found = session.scalars(query).all()
        left_out, inserted = tuple(one.left_out for one in found), tuple(one.inserted for one in found)
        # A run from before there were such rows had inserted all.
        return left_out or (None,) * sheets, inserted or (None,) * sheets, session.scalar(images) is not None


def _check_kind(run: Run) -> None:
    if run.dry_run:
        raise Conflict(f"Run {run.id} was a dry run: it wrote nothing that could be undone.")
    if run.kind != IMPORT:
        why, instead = INSTEAD.get(run.kind, UNKNOWN)
        raise Refused(f"Run {run.id} ({run.kind} {run.name}) cannot be undone: {why}.", instead)


def check_state(run: Run) -> None:
    """Raise what stands against an undo by what the ledger says of the run: Conflict or Refused."""
    if run.state != "succeeded":
        raise Conflict(
            f"Run {run.id} is {run.state}; only what has succeeded can be undone.", f"See: flask runs show {run.id}"
        )
    if not any(sum(counts.values()) for counts in run.rows.values()):
        raise Conflict(f"Run {run.id} changed nothing: there is nothing to undo.")
    earlier = undone_by(run.id)
    if earlier is not None:
        raise Refused(
            f"Run {run.id} is undone already: run {earlier.id}, {earlier.started_at.astimezone():%Y-%m-%d %H:%M}"
            f" by {earlier.operator}.",
            f"See: flask runs show {earlier.id}",
        )


def undone_by(run_id: int) -> Run | None:
    """Return the run that has undone this one."""
    query = select(Run).where(Run.kind == UNDO, Run.state == "succeeded", Run.id > run_id)
    with reading() as session:
        return next((run for run in session.scalars(query) if run.options.get("undoes") == run_id), None)


def _check_files(run: Run, replay: Replay) -> None:
    """Raise Refused unless the files of the import are kept, and are what was imported."""
    for sheet in replay.sheets:
        path = kept_files.path_of(sheet.sha256)
        if not kept_files.bring(sheet.sha256):
            raise Refused(f"Run {run.id} cannot be undone: {_gone(run, sheet.file)}", INSTEAD["script"][1])
        if kept_files.sha256_of(path) != sheet.sha256:
            raise Refused(f"Run {run.id} cannot be undone: {path} is not {sheet.file} as it was imported.")


def _gone(run: Run, file: str) -> str:
    days = kept_files.days()
    until = (run.started_at + timedelta(days=days)).astimezone()
    if run.started_at + timedelta(days=days) < utc_now():
        return f"{file} is no longer kept since {until:%Y-%m-%d}. Files are kept for {days} days (KEEP_FILES_DAYS)."
    return (
        f"{file} was not kept, or was deleted from {kept_files.folder()} since"
        f" {run.started_at.astimezone():%Y-%m-%d %H:%M}."
    )


def _check_columns(run: Run, replay: Replay, table: Table) -> None:
    known = {column.name for column in table.columns}
    gone = sorted({name for sheet in replay.sheets for _, _, name in sheet.columns} - known)
    if gone:
        raise Refused(
            f"Run {run.id} cannot be undone: {table.name} has lost columns that it filled: {', '.join(gone)}.",
            INSTEAD["script"][1],
        )
