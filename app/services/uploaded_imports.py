"""Imports of uploaded files: tried first, then carried out exactly as they were tried.

What was asked for is committed with its run, sealed, since the password of a file may be in it; it goes with the
upload. What a browser sends back is never believed but for which dry run it means.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Run, RunRequest, Upload, UploadImport
from app.services import runs, uploads
from app.services.imports import ImportRequest
from app.services.imports.kept_files import sha256_of
from app.services.queue import queue_import, results
from app.services.queue.importing import as_json, request_of
from app.services.queue.priorities import HIGH, NORMAL
from app.services.queue.sealed import seal, unseal
from app.services.runs.alongside import alongside
from app.services.transactions import reading
from app.sheets.target import find

# A run that has come to one of these ends has imported nothing.
NOTHING_DONE = ("failed", "cancelled", "lost")


@dataclass(frozen=True)
class Asked:
    """What a run was asked: the request, the file's SHA-256, and what the table was then; "" of one to be made."""

    request: ImportRequest
    sha256: str
    definition: str


def try_out(upload: Upload, request: ImportRequest, priority: int = HIGH) -> int:
    """Queue a dry run of an import of the upload, keep what it is asked, and return the run's id.

    Args:
        priority: see `app.services.queue.priorities`; somebody waits to see what it shows.

    Raises:
        AppError: it cannot begin; see `queue_import`.
    """
    request = replace(request, files=(uploads.path_of(upload),), dry_run=True)
    return _queued(upload, Asked(request, upload.sha256, _definition(request)), priority)


def try_without_rejects(upload: Upload, run_id: int) -> int:
    """Queue the dry run once more, now leaving out the rows that cannot be loaded, and return the new run's id."""
    return try_out(upload, replace(asked_of(upload, run_id).request, skips=True))


def confirm(upload: Upload, run_id: int, priority: int = NORMAL) -> int:
    """Queue the import that a dry run has tried, and return its id; who asks has agreed to what it deletes or makes.

    Raises:
        NotFound: the upload has no such dry run.
        Conflict: it did not end well, it was confirmed before, or the file or the table is another one by now.
    """
    asked = asked_of(upload, run_id)
    _check_tried(runs.get(run_id))
    if sha256_of(uploads.path_of(upload)) != asked.sha256:
        raise Conflict("The file is not the one of the dry run.", "Upload it again.")
    if _definition(asked.request) != asked.definition:
        raise Conflict(f"The table {asked.request.table} was changed after the dry run.", "Do the dry run again.")
    seen = _kept(upload, run_id).confirmed_by
    if seen is not None and not _did_nothing(seen):
        raise _confirmed_already(seen)
    with alongside(partial(_confirm, run_id, seen)):
        return _queued(upload, replace(asked, request=replace(asked.request, dry_run=False)), priority)


def confirmed(upload: Upload, run_id: int) -> int | None:
    """Return the id of the run that has imported, or is importing, what a dry run has tried; None: there is none."""
    done = _kept(upload, run_id).confirmed_by
    return None if done is None or _did_nothing(done) else done


def asked_of(upload: Upload, run_id: int) -> Asked:
    """Return what a run of the upload was asked.

    Raises:
        NotFound: it is none of this upload's.
    """
    kept = unseal(_kept(upload, run_id).asked)
    return Asked(request_of(kept["request"]), kept["sha256"], kept["definition"])


def _queued(upload: Upload, asked: Asked, priority: int) -> int:
    kept = {"request": as_json(asked.request), "sha256": asked.sha256, "definition": asked.definition}
    with alongside(partial(_keep, upload.id, seal(kept))):
        return queue_import(asked.request, yes=True, priority=priority)


def _keep(upload_id: int, asked: str, session: Session, run_id: int) -> None:
    session.add(UploadImport(run_id=run_id, upload_id=upload_id, asked=asked))


def _kept(upload: Upload, run_id: int) -> UploadImport:
    with reading() as session:
        found = session.get(UploadImport, run_id)
    if found is None or found.upload_id != upload.id:
        raise NotFound(f"Run {run_id} is none of this upload.", "Upload the file again.")
    return found


def _confirm(tried: int, seen: int | None, session: Session, run_id: int) -> None:
    """Say that a run imports what a dry run has tried, unless another does so since `seen` was read."""
    row = update(UploadImport).where(UploadImport.run_id == tried, UploadImport.confirmed_by.is_not_distinct_from(seen))
    if session.connection().execute(row.values(confirmed_by=run_id)).rowcount == 0:
        raise _confirmed_already(None)


def _confirmed_already(done: int | None) -> Conflict:
    return Conflict("This dry run was confirmed already.", f"See run {done}." if done else "")


def _did_nothing(run_id: int) -> bool:
    """Tell whether a run has imported nothing, and never will."""
    run = runs.get(run_id)
    with reading() as session:
        waits = session.get(RunRequest, run_id) is not None  # one whose process died may be taken up again
    return run.state in NOTHING_DONE and not waits


def _check_tried(run: Run) -> None:
    result = results.read(run)
    if run.dry_run and run.state == "succeeded" and result is None:
        lost = "its process was killed before it was kept, or somebody has removed it"
        raise Conflict(f"What dry run {run.id} found is gone: {lost}.", "Do the dry run again.")
    if not run.dry_run or run.state != "succeeded" or result is None or not result["ok"]:
        raise Conflict(f"Run {run.id} is no dry run that went well.", "Do the dry run again.")


def _definition(request: ImportRequest) -> str:
    """Return what tells the table, as the database has it now, from another one."""
    if request.create:
        return ""
    with db.engine.connect() as connection:
        table = find(connection, request.table, db.metadata)
    return hashlib.sha256(repr(table).encode()).hexdigest()
