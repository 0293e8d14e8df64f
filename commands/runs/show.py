"""`flask runs show`: one run, whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from app.errors import AppError
from app.words import plain, plain_lines
from commands.output import as_json, clock, progress
from commands.runs.run_id import run_id_argument

if TYPE_CHECKING:
    from app.models import Run, RunMove

MOST_FAILURES = 20
WIDTH = 15  # the longest column's name, and a blank


@click.command("show")
@run_id_argument
@click.option("--json", "json_", is_flag=True, help="Print JSON; its times are in UTC.")
def command(run_id: int, json_: bool) -> None:
    """Show the run ID, whole.

    What was asked for and by whom, with which code, how far it is, what it left, who moved it to which state.
    """
    from app.services import runs

    run, moves = runs.get(run_id), runs.moves_of(run_id)
    if json_:
        failures = [{"key": key, "error": error} for key, error in runs.failures_of(run_id)]
        more = {"log": _log(run), "failures": failures, "moves": [_move_as_dict(move) for move in moves]}
        click.echo(as_json({**runs.as_dict(run), **more}))
        return
    for name, value in runs.as_dict(run).items():
        shown = SHOWN.get(name, lambda run, name=name: _plain(getattr(run, name)))
        _line(name, value if value in (None, "") else shown(run))
    _line("log", _log(run))
    _line("failures", _failures(runs.failures_of(run_id, MOST_FAILURES + 1)))
    _line("moves", "\n".join(_moves(moves)))


def _line(name: str, value: str | None) -> None:
    """Print a name and its value; what has several lines goes on under it."""
    click.echo(f"{name:<{WIDTH}}{value or '-'}")


def _plain(value: Any) -> str:
    return plain(json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value))


def _time(time: datetime) -> str:
    return f"{time.astimezone():%Y-%m-%d %H:%M:%S}"


def _heartbeat(run: Run) -> str:
    assert run.heartbeat_at is not None  # noqa: S101 - what is None is not shown
    age = (datetime.now(UTC) - run.heartbeat_at).total_seconds()
    return _time(run.heartbeat_at) + (f" ({clock(age)} ago)" if run.state == "running" else "")


def _artifacts(run: Run) -> str:
    from app.services import runs

    for file in run.artifacts:
        with suppress(AppError, OSError):  # the store is away, or the folder another user's
            runs.artifact_of(run, file["name"])
    folder = runs.folder_of(run.id, run.token).artifacts
    files = [plain(f"{folder / file['name']} ({file['size']:,} bytes)") for file in run.artifacts]
    return ("\n" + " " * WIDTH).join(files)


def _failures(failures: list[tuple[str, str]]) -> str:
    lines = [plain(f"{key}: {error}") for key, error in failures[:MOST_FAILURES]]
    if len(failures) > MOST_FAILURES:
        lines.append("and more: --json has all of them")
    return ("\n" + " " * WIDTH).join(lines)


def _moves(moves: list[RunMove]) -> Iterator[str]:
    for number, move in enumerate(moves):
        indent = " " * WIDTH if number else ""
        yield plain(f"{indent}{move.state:<10} {_time(move.at)}  {move.operator} (process {move.pid} on {move.host})")


def _move_as_dict(move: RunMove) -> dict[str, Any]:
    return {
        "id": move.id,
        "state": move.state,
        "at": move.at.isoformat(),
        "operator": move.operator,
        "host": move.host,
        "pid": move.pid,
        "hash": move.hash,
    }


def _log(run: Run) -> str | None:
    from app.services import runs

    try:
        path = runs.log_of(run)
        return plain(str(path)) if path.exists() else None
    except (PermissionError, AppError):  # the folder is another user's, or the store is away
        return None


# Columns that are not shown as they are.
SHOWN: dict[str, Callable[[Run], str]] = {
    "error": lambda run: plain_lines(str(run.error)),  # it has lines of our own
    "started_at": lambda run: _time(run.started_at),
    "finished_at": lambda run: _time(run.finished_at or run.started_at),
    "heartbeat_at": _heartbeat,
    "progress_done": lambda run: progress(run.progress_done, run.progress_total),
    "artifacts": _artifacts,
}
