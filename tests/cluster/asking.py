"""Have a cluster do the work of `jobs`, by the API of one of its consoles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.api import Answer, Api
from tests.cluster.hosts import wait_until
from tests.cluster.jobs import script_of, table_of, write_sheet

ENDS = {"succeeded", "failed", "cancelled"}
ENDS_WITHIN_S = 180


@dataclass(frozen=True)
class Trial:
    """A dry run of a sheet that was uploaded; once it has ended, it can be confirmed."""

    upload: str
    run_id: int


def run_script(api: Api, number: int, **parameters: object) -> int:
    """Start the script of a job, and return the run's id."""
    body = {"parameters": {"number": number, **parameters}}
    return _started(api.post(f"/scripts/recycle/{script_of(number)}/runs", body))


def try_sheet(api: Api, number: int, folder: Path, **sheet: int) -> Trial:
    """Upload the sheet of a job, start its dry run, and return that."""
    answer = api.upload("/imports/uploads", "file", write_sheet(folder / f"{number}.csv", number, **sheet))
    assert answer.status == 201, answer.content
    token = answer.json["token"]
    return Trial(token, _started(api.post(f"/imports/uploads/{token}/dry-runs", {"table": table_of(number)})))


def was_kept(api: Api, trial: Trial, within_s: float = ENDS_WITHIN_S) -> bool:
    """Wait for the end of a dry run; tell whether what it found was kept, or its process killed just before."""
    wait_until(lambda: _told(api, trial)["ended"], f"the end of dry run {trial.run_id}", within_s)
    tried = run(api, trial.run_id)
    assert tried["state"] == "succeeded", tried["error"]
    return _told(api, trial)["outcome"] is not None


def confirm(api: Api, trial: Trial) -> int:
    """Start the import of what a dry run has tried, once that has ended, and return the run's id."""
    assert was_kept(api, trial)
    return _started(api.post(f"/imports/uploads/{trial.upload}/dry-runs/{trial.run_id}/confirm", {}))


def _told(api: Api, trial: Trial) -> dict[str, Any]:
    answer = api.get(f"/imports/uploads/{trial.upload}/dry-runs/{trial.run_id}")
    assert answer.status == 200, answer.content
    told: dict[str, Any] = answer.json
    return told


def run(api: Api, run_id: int) -> dict[str, Any]:
    """Return a run."""
    answer = api.get(f"/runs/{run_id}")
    assert answer.status == 200, answer.content
    told: dict[str, Any] = answer.json
    return told


def ended(api: Api, run_id: int, within_s: float = ENDS_WITHIN_S) -> dict[str, Any]:
    """Wait until a run has ended, and return it."""
    wait_until(lambda: run(api, run_id)["state"] in ENDS, f"the end of run {run_id}", within_s)
    return run(api, run_id)


def _started(answer: Answer) -> int:
    assert answer.status == 202, answer.content
    run_id: int = answer.json["id"]
    assert answer.headers["Location"] == f"/api/v1/runs/{run_id}"
    return run_id
