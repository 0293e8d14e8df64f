"""How a script ends that does not succeed: what the ledger and the operator are told."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.errors import AppError, Failed, Interrupted
from app.runner.artifacts import Artifacts
from app.runner.batch import described
from app.runner.script import Script, UsageError
from app.runner.stopping import CANCEL, Stopped, TimedOut
from app.runner.terms import Terms
from app.services import runs
from app.services.failures import failure_of


@contextmanager
def told(script: Script, terms: Terms, record: runs.OpenRun) -> Iterator[None]:
    """Turn what ends a script into what the ledger and the operator are told."""
    resumable = not (terms.dry_run or script.read_only)
    try:
        yield
    except (Stopped, KeyboardInterrupt) as stop:
        if record.committed:
            raise  # it came too late
        cancelled = not resumable or (isinstance(stop, Stopped) and stop.what == CANCEL)
        record.ending = "cancelled" if cancelled else "paused"
        raise _interrupted(record) from None
    except TimedOut:
        message = f"It took longer than its timeout of {script.timeout:g} s; what was not committed was rolled back."
        raise Failed(message, f"Go on with: flask runs resume {record.id}" if resumable else "") from None
    except (AppError, UsageError):
        raise
    except SQLAlchemyError as error:
        raise _failed(script, record, error, failure_of(error).message, resumable) from error
    except Exception as error:
        raise _failed(script, record, error, f"{type(error).__name__}: {error}", resumable) from error
    finally:
        record.artifacts = Artifacts(record.folder.artifacts).listed()


def _interrupted(record: runs.OpenRun) -> Interrupted:
    done = "" if record.done is None else f" after {record.done:,} items"
    if record.ending == "cancelled":
        return Interrupted(f"Run {record.id} was stopped{done}; it cannot be resumed.")
    return Interrupted(f"Run {record.id} is paused{done}.", f"Go on with: flask runs resume {record.id}")


def _failed(script: Script, record: runs.OpenRun, error: Exception, message: str, resumable: bool) -> Failed:
    """Return the error of a script that went wrong: where it did, where its traceback is, how to go on."""
    logging.getLogger("opsdesk").error("".join(traceback.format_exception(error)))
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == script.path]
    place = f" ({script.path.name}, line {frames[-1].lineno})" if frames else ""
    notes = "".join(f" {note}." for note in getattr(error, "__notes__", ()))
    hint = f"The traceback: flask runs log {record.id}"
    if resumable and record.rows:
        hint += f"\nMend it and go on with: flask runs resume {record.id} --new-code"
    return Failed(f"{message}{place}{notes}", hint, for_record=f"{described(error)}{place}{notes}")
