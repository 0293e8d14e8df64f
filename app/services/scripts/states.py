"""States of runs, as they stand in sentences, and what to type to go on with one."""

from __future__ import annotations

from app.runner.files.discovery import ScriptFile

# What follows "Run 17".
STATES = {
    "queued": "is queued",
    "running": "is running",
    "paused": "is paused",
    "lost": "was lost",
    "succeeded": "has succeeded",
    "failed": "failed",
    "cancelled": "was cancelled",
}
RESUMABLE = ("paused", "lost", "failed")


def resume_command(run_id: int, file: ScriptFile) -> str:
    """Return what to type to go on with a run of the script in this file."""
    return f"flask runs resume {run_id}{' --force' if file.retired else ''}"
