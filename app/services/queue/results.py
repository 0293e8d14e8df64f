"""What came of a run that was queued, kept in its folder for whoever looks at it later.

Values of cells are in it, as they are on the terminal of whoever imports, but for those of columns that by their names
are secrets: more people read it than asked for it. The ledger has none.
"""

from __future__ import annotations

import json
import os
from typing import Any
from uuid import uuid4

from app.errors import AppError
from app.models import Run, RunRequest
from app.models.run import GOES_ON
from app.runner import locks
from app.services.masking import masked
from app.services.runs.folders import RESULT, RunFolder
from app.services.runs.stored import missed, run_files
from app.services.store import Changed, StoreFails
from app.services.transactions import reading

Result = dict[str, Any]


def read(run: Run) -> Result | None:
    """Return what came of a run: see docs/ledger.md; None if there is nothing, or nothing yet (`awaited`)."""
    try:
        text = run_files.here(run.id, run.token, RESULT).read_text(encoding="utf-8")
    except (FileNotFoundError, PermissionError, StoreFails, Changed):
        return None
    result: Result = json.loads(text)
    return result


def awaited(run: Run) -> bool:
    """Tell whether a run goes on, or will once more, or its process is about to say what came of it."""
    if run.state in GOES_ON:
        return True
    with reading() as session:
        return session.get(RunRequest, run.id) is not None or not locks.is_free(
            session.connection(), locks.name_of_run(run.token)
        )


def write(folder: RunFolder, result: Result) -> None:
    """Keep what came of a run, for all hosts: whoever reads finds the old result or the new one, never a part."""
    folder.make()
    unfinished = folder.path / f".{uuid4().hex}.tmp"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        json.dump(masked(result), file, ensure_ascii=False, default=str)
    unfinished.replace(folder.result)
    missed.send_or_note(folder.run_id, folder.token)


def failure(error: AppError) -> Result:
    """Return an error as a result has it."""
    return {
        "label": error.label,
        "message": error.message,
        "hint": error.hint,
        "exit_code": error.exit_code,
        "status": error.status,
    }
