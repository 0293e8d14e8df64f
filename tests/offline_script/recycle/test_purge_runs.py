"""Folders of runs that ended long ago go; those of others stay, and so does the ledger."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Run
from app.models.base import utc_now
from app.models.run import MOVES
from app.services.imports import kept_files
from app.services.runs.folders import RunFolder, all_folders, folder_of
from tests.offline_script.kept import log
from tests.scripts import run_script

KEPT = ("queued", "running", "paused", "lost")


def run_of(session: Session, state: str, days: float, ended: bool = True) -> RunFolder:
    """Put a run on record that ended so many days ago, with 1,000 bytes of log and 2,000 of an artifact."""
    then = utc_now() - timedelta(days=days)
    number = (session.scalar(select(func.max(Run.id))) or 0) + 1
    run = Run(
        **{"id": number, "token": f"{number:012x}", "kind": "script", "name": "x", "state": state, "operator": "me"},
        **{"host": "here", "pid": 1, "arguments": {}, "options": {}, "rows": {}, "artifacts": []},
        **{"started_at": then, "finished_at": then if ended else None},
    )
    session.add(run)
    session.commit()
    return filled(folder_of(number, run.token))


def filled(folder: RunFolder) -> RunFolder:
    folder.make()
    folder.log.write_bytes(b"." * 1000)
    folder.artifacts.mkdir()
    (folder.artifacts / "orders.xlsx").write_bytes(b"." * 2000)
    return folder


def names() -> set[int]:
    return {folder.run_id for folder in all_folders()}


def test_every_state_is_either_kept_or_purged(session: Session) -> None:
    folders = {state: run_of(session, state, days=91, ended=state not in KEPT) for state in MOVES}
    outcome = run_script("purge_runs")
    assert names() == {outcome.run_id, *(folders[state].run_id for state in KEPT)}
    assert all(folders[state].size() == 3000 for state in KEPT)
    assert f"{len(MOVES) - len(KEPT)} folders deleted, 0.0 MiB freed" in log(outcome.run_id)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Run)) == len(MOVES) + 1


@pytest.mark.parametrize(("days", "stays"), [(89.9, True), (90.1, False)])
def test_90_days_are_kept(days: float, stays: bool, session: Session) -> None:
    folder = run_of(session, "succeeded", days)
    run_script("purge_runs")
    assert folder.path.exists() == stays


def test_the_days_are_chosen(session: Session) -> None:
    folder = run_of(session, "failed", 3)
    run_script("purge_runs", "--days", "2")
    assert not folder.path.exists()


def test_a_dry_run_lists_and_deletes_nothing(session: Session) -> None:
    folder = run_of(session, "succeeded", 91)
    outcome = run_script("purge_runs", dry_run=True)
    assert folder.size() == 3000
    assert f"Run {folder.run_id}: 0.0 MiB" in log(outcome.run_id)
    assert "1 folder would be deleted, 0.0 MiB freed" in log(outcome.run_id)


def test_a_folder_of_no_run_here_is_left_alone(session: Session) -> None:
    folder = filled(folder_of(1, "f" * 12))
    run_of(session, "succeeded", 91)
    outcome = run_script("purge_runs")
    assert folder.size() == 3000
    assert "1 folder of no run in this database: left alone" in log(outcome.run_id)


def test_what_is_gone_already_is_no_error(session: Session) -> None:
    run_of(session, "succeeded", 91)
    run_script("purge_runs")
    assert "0 folders deleted" in log(run_script("purge_runs").run_id)


def kept_workbook(name: str, days: float) -> Path:
    """Keep a workbook of an import of so many days ago."""
    then = (utc_now() - timedelta(days=days)).timestamp()
    kept_files.folder().mkdir(exist_ok=True, parents=True)
    file = kept_files.folder() / name
    file.write_bytes(b"." * 3000)
    os.utime(file, (then, then))
    return file


def test_workbooks_of_imports_are_kept_for_their_own_days(session: Session, app: Flask) -> None:
    app.config["KEEP_FILES_DAYS"] = 10
    old, new = kept_workbook("a" * 64, 10.1), kept_workbook("b" * 64, 9.9)
    outcome = run_script("purge_runs", "--days", "1")
    assert (old.exists(), new.exists()) == (False, True)
    assert "1 workbook of imports deleted, 0.0 MiB freed" in log(outcome.run_id)


def test_a_copy_that_an_import_may_be_writing_is_kept_for_a_day(session: Session, app: Flask) -> None:
    app.config["KEEP_FILES_DAYS"] = 0
    old, new = kept_workbook("a.tmp", 1.1), kept_workbook("b.tmp", 0.9)
    run_script("purge_runs")
    assert (old.exists(), new.exists()) == (False, True)


def test_a_dry_run_deletes_no_workbook(session: Session) -> None:
    old = kept_workbook("a" * 64, 31)
    outcome = run_script("purge_runs", dry_run=True)
    assert old.exists()
    assert "1 workbook of imports would be deleted" in log(outcome.run_id)
