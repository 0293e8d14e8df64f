"""`flask import-excel --each`: file after file, each in a transaction and a run of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.words import counted
from commands.guard import print_error
from commands.import_report import print_outcome
from commands.import_watcher import TerminalWatcher
from commands.output import say

if TYPE_CHECKING:
    from app.errors import AppError
    from app.services.imports import ImportRequest, Outcome

# Exit codes from the worst to the best: failed, rejected, busy, refused, done.
WORST_FIRST = (1, 3, 4, 5, 0)


@dataclass(frozen=True)
class Attempt:
    """What became of one file: an outcome, or an error."""

    file: Path
    outcome: Outcome | None = None
    error: AppError | None = None

    @property
    def exit_code(self) -> int:
        """Return the exit code that an import of this file alone would have."""
        return self.error.exit_code if self.error is not None else 0

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        from app.services.imports import RowsRejected
        from app.services.imports.reports import as_dict, rejections_as_dict

        found: dict[str, Any] = {"file": str(self.file), "exit_code": self.exit_code}
        if self.outcome is not None:
            return {**found, "outcome": as_dict(self.outcome)}
        assert self.error is not None  # noqa: S101 - there is one or the other
        found |= {"error": self.error.message, "hint": self.error.hint}
        return found | (rejections_as_dict(self.error.rejections) if isinstance(self.error, RowsRejected) else {})


def import_each(request: ImportRequest, yes: bool) -> list[Attempt]:
    """Import the files one by one, whatever becomes of those before; say at the end what became of all.

    Raises:
        AppError: nothing was begun: a file to write is there already.
        KeyboardInterrupt: those that were imported stay, and are named.
    """
    from app.services.new_file import check_free

    requests = [
        replace(request, files=(file,), rejects=rejects)
        for file, rejects in zip(request.files, rejects_files(request), strict=True)
    ]
    for one in requests:
        if one.rejects is not None:
            check_free(one.rejects, "--rejects")
    attempts: list[Attempt] = []
    try:
        for one in requests:
            attempts.append(_attempt(one, yes))
    finally:
        _print_summary(attempts, request)
    return attempts


def worst(attempts: Sequence[Attempt]) -> int:
    """Return the worst exit code."""
    codes = {attempt.exit_code for attempt in attempts}
    return next(code for code in (*WORST_FIRST, *codes) if code in codes)


def rejects_files(request: ImportRequest) -> list[Path | None]:
    """Return where the rejects of each file go: rejects.xlsx is rejects-june.xlsx for june.xlsx."""
    if request.rejects is None:
        return [None] * len(request.files)
    found: list[Path] = []
    for file in request.files:
        path = request.rejects.with_stem(f"{request.rejects.stem}-{file.stem}")
        while path in found:
            path = path.with_stem(f"{path.stem}-{len(found) + 1}")
        found.append(path)
    return list(found)


def _attempt(request: ImportRequest, yes: bool) -> Attempt:
    from app.errors import Interrupted
    from app.services.failures import failure_of
    from app.services.imports import import_sheets

    (file,) = request.files
    try:
        with TerminalWatcher(yes) as watcher:
            outcome = import_sheets(request, watcher)
    except (Interrupted, click.Abort):
        raise
    except Exception as error:  # noqa: BLE001 - as in commands.guard; the other files may still go in
        failure = failure_of(error)
        print_error(failure)
        return Attempt(file, error=failure)
    print_outcome(outcome)
    return Attempt(file, outcome)


def _print_summary(attempts: Sequence[Attempt], request: ImportRequest) -> None:
    done = [attempt.outcome for attempt in attempts if attempt.outcome is not None]
    rows = counted(sum(outcome.rows for outcome in done), "row")
    verb = "Would import" if request.dry_run else "Imported"
    say(f"{verb} {len(done)} of {counted(len(request.files), 'file')}: {rows} into {request.table}.")
    for attempt in attempts:
        if attempt.error is not None:
            say(f"  not {attempt.file}: {attempt.error.message.splitlines()[0]} (exit code {attempt.exit_code})")
    for place, file in enumerate(request.files[len(attempts) :]):
        say(f"  not {file}: {'not begun' if place else 'interrupted'}")
