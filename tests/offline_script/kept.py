"""What a script's run has left: its log, its artifacts."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from app.extensions import db
from app.models import Run
from app.services.runs.folders import RunFolder, folder_of


def folder(run_id: int) -> RunFolder:
    """Return the folder of a run."""
    with db.engine.connect() as connection:
        token = connection.scalar(select(Run.token).where(Run.id == run_id))
    return folder_of(run_id, str(token))


def log(run_id: int) -> str:
    """Return the log of a run."""
    return folder(run_id).log.read_text(encoding="utf-8")


def artifact(run_id: int, name: str) -> Path:
    """Return the path of a file that a run has left."""
    return folder(run_id).artifacts / name
