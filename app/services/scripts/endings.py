"""How a script ends that does not succeed: what the ledger and the operator are told."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from app.errors import AppError, Failed, Interrupted
from app.runner.artifacts import Artifacts
from app.runner.batch import described
from app.runner.script import UsageError
from app.runner.stopping import CANCEL, LEAVE, PAUSE, Stopped, TimedOut
from app.services import runs
from app.services.failures import failure_of
from app.services.scripts.states import resume_command

if TYPE_CHECKING:
    from app.services.scripts.secrets import Secrets
    from app.services.scripts.task import Task

# The state that a script's run comes to that is stopped, if it can go on later.
ENDINGS = {PAUSE: "paused", CANCEL: "cancelled", LEAVE: "queued"}


@contextmanager
def told(task: Task, record: runs.OpenRun) -> Iterator[None]:
    """Turn what ends a script into what the ledger and the operator are told, without its secrets."""
    script = task.loaded.script
    resumable = not (task.terms.dry_run or script.read_only)
    try:
        yield
    except (Stopped, KeyboardInterrupt) as stop:
        if record.committed:
            raise  # it came too late
        record.ending = ENDINGS[stop.what if isinstance(stop, Stopped) else PAUSE] if resumable else "cancelled"
        raise _interrupted(task, record) from None
    except TimedOut:
        message = f"It took longer than its timeout of {script.timeout:g} s; what was not committed was rolled back."
        hint = f"Go on with: {resume_command(record.id, task.loaded.file)}"
        raise Failed(message, hint if resumable else "") from None
    except (AppError, UsageError) as error:
        _hide(task.secrets, error)
        raise
    except SQLAlchemyError as error:
        raise _failed(task, record, error, failure_of(error).message, resumable) from error
    except BaseException as error:
        raise _failed(task, record, error, f"{type(error).__name__}: {error}", resumable) from error
    finally:
        record.artifacts = Artifacts(record.folder.artifacts).listed()


def _interrupted(task: Task, record: runs.OpenRun) -> Interrupted:
    done = "" if record.done is None else f" after {record.done:,} items"
    if record.ending == "cancelled":
        return Interrupted(f"Run {record.id} was stopped{done}; it cannot be resumed.")
    if record.ending == "queued":
        return Interrupted(f"Run {record.id} waits{done} for another process, since this one was told to end.")
    how = resume_command(record.id, task.loaded.file)
    return Interrupted(f"Run {record.id} is paused{done}.", f"Go on with: {how}")


def _hide(secrets: Secrets, error: AppError | UsageError) -> None:
    """Take the secrets out of what an error of the script's own says."""
    error.message = secrets.hide(error.message)  # type: ignore[misc]  # Click calls its own final, and reads it late
    if isinstance(error, AppError):
        error.hint, error.for_record = secrets.hide(error.hint), secrets.hide(error.for_record)


def _failed(task: Task, record: runs.OpenRun, error: BaseException, message: str, resumable: bool) -> Failed:
    """Return the error of a script that went wrong: where it did, where its traceback is, how to go on."""
    hide, path = task.secrets.hide, task.loaded.script.path
    logging.getLogger("opsdesk").error("%s", hide("".join(traceback.format_exception(error))))
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    place = f" ({path.name}, line {frames[-1].lineno})" if frames else ""
    notes = "".join(f" {note}." for note in getattr(error, "__notes__", ()))
    hint = f"The traceback: flask runs log {record.id}"
    if resumable and record.rows:
        hint += f"\nMend it and go on with: {resume_command(record.id, task.loaded.file)} --new-code"
    for_record = hide(f"{described(error)}{place}{notes}")
    return Failed(hide(f"{message}{place}{notes}"), hint, for_record=for_record)
