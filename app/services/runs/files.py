"""The files of a run for whoever looks at it: on this host, or brought here from the store that all hosts share."""

from __future__ import annotations

from pathlib import Path

from app.models import Run
from app.services import store
from app.services.runs.folders import ARTIFACTS, LOG, folder_of
from app.services.runs.stored import manifest, run_files


def log_of(run: Run) -> Path:
    """Return the path of a run's log as it is now; it may be that there is none.

    Raises:
        Changed, StoreFails: see `run_files.here`.
    """
    return run_files.here(run.id, run.token, LOG)


def artifact_of(run: Run, name: str) -> Path | None:
    """Return the path of a file that a run left; None if the ledger names none, or it is not kept.

    Raises:
        Changed: what the store has is not the file that the ledger names. StoreFails: it is not here, the store away.
    """
    sha256 = next((file["sha256"] for file in run.artifacts if file["name"] == name), None)
    if sha256 is None:
        return None
    path = run_files.here(run.id, run.token, f"{ARTIFACTS}/{name}")
    brought = manifest.seen(folder_of(run.id, run.token)).get(f"{ARTIFACTS}/{name}")
    if brought is not None and brought.sha256 != sha256:
        raise store.Changed(f"{name} of run {run.id} is not what the ledger says: its SHA-256 is another one.")
    return path if path.is_file() else None
