"""What the pages show of a run that may go on: its state, log and result, and what can be done to it."""

from __future__ import annotations

from typing import Any

from app.models import Run
from app.services import runs
from app.services.imports.undoable import IMPORT, undone_by
from app.services.queue import results, waking
from app.services.runs.log_tail import last_lines
from app.services.runs.pace import pace_of

LINES_LIVE = 30
LINES = 200


def context_of(run: Run) -> dict[str, Any]:
    """Return what the templates `runs/live.html`, `runs/acts.html` and `runs/result.html` take."""
    if run.state == "queued":
        waking.nudge()
    awaited, moves = results.awaited(run), runs.moves_of(run.id)
    return {
        "run": run,
        "awaited": awaited,
        "result": None if awaited else results.read(run),
        "moves": moves,
        "pace": pace_of(run, moves),
        "tail": last_lines(run, LINES_LIVE if awaited else LINES),
        "log_place": runs.log_place(run),
        "undone_by": undone_by(run.id) if run.kind == IMPORT and run.state == "succeeded" else None,
    }
