"""What the process of a queued run does: take it up, and carry out what is asked as the command line would."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app import asker
from app.asker import Asker, asking
from app.errors import AppError, Busy, Conflict, Failed, Interrupted
from app.extensions import db
from app.interrupts import leaving_on_sigterm
from app.models import Run, RunRequest
from app.models.base import utc_now
from app.runner import locks
from app.runner.lock_keeper import LockKeeper
from app.runner.script import UsageError
from app.services import runs
from app.services.failures import failure_of
from app.services.imports.undoable import IMPORT, UNDO
from app.services.masking import masked
from app.services.queue import claiming, results
from app.services.queue.act import RESUME, Act
from app.services.queue.claiming import Claim
from app.services.queue.importing import ImportAct
from app.services.queue.output import printed_to
from app.services.queue.scripting import ResumeAct, ScriptAct
from app.services.queue.sealed import unseal
from app.services.queue.undoing import UndoAct
from app.services.runs import moves
from app.services.runs.closing import LONGEST_ERROR
from app.services.runs.queued import Queued, taking_up
from app.services.scripts.running import SCRIPT
from app.services.transactions import reading

# Every act: by its name, what makes it of a run's id, of what is asked, and of whether the run went on before.
ACTS: dict[str, Callable[[int, dict[str, Any], bool], Act]] = {
    IMPORT: ImportAct,
    SCRIPT: ScriptAct,
    RESUME: ResumeAct,
    UNDO: UndoAct,
}

log = logging.getLogger(__name__)


def work(run_id: int) -> None:
    """Take up a queued run, whatever goes on beside it, and carry it out to its end; see `carry_out`.

    SIGTERM does not break it off: a script is left at its next checkpoint, for another process to go on with.

    Raises:
        NotFound: there is no such run. Conflict: it is not queued, or is no more. Busy: another process has it.
        AppError, UsageError: what went wrong with it, which is on record.
    """
    runs.get(run_id)
    with leaving_on_sigterm():
        carry_out(claiming.claim(run_id))


def work_next() -> int | None:
    """Take up the run whose turn it is, if any may go, carry it out to its end, and return its id.

    What went wrong with it is on record, and in the log. For SIGTERM see `work`.
    """
    try:
        claim = claiming.claim_next()
    except Exception as error:  # noqa: BLE001 - the database is away, or others write to it: the run waits on
        log.warning("no run claimed: %s", failure_of(error).message)
        return None
    if claim is None:
        return None
    run = runs.get(claim.run_id)
    folder = runs.folder_of(run.id, run.token)
    try:
        folder.make()
        with leaving_on_sigterm(), printed_to(folder.output):
            carry_out(claim)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - whatever it is, the next run is not to blame
        log.warning("queued run did not succeed: %s", _shown(error).for_record, extra={"run": run.id})
    return claim.run_id


def carry_out(claim: Claim) -> None:
    """Carry out a run that this process has claimed; what came of it is in its folder.

    One that others are in the way of, or that leaves since its process is to end, waits once more.

    Raises:
        AppError, UsageError: what went wrong with it, which is on record.
    """
    try:
        with _alone(claim) as taken, asking(taken.who), taking_up(taken.queued):
            _do(taken, claim)
    except Exception as error:
        if _is_in_the_way(error):
            claiming.put_back(claim)
        raise


@dataclass(frozen=True)
class _Taken:
    """A run that this process has taken up: for whom, and what it is to do."""

    run: Run
    who: Asker
    queued: Queued
    name: str
    act: Act


@contextmanager
def _alone(claim: Claim) -> Iterator[_Taken]:
    """Hold the lock of a run as long as this process has it."""
    run = runs.get(claim.run_id)
    lock = locks.acquire(db.engine, locks.name_of_run(run.token))
    if lock is None:
        raise Busy(f"Another process has run {run.id}.", f"See: flask runs show {run.id}")
    try:
        with LockKeeper(lock):
            yield _taken(claim)
    finally:
        lock.release()


def _taken(claim: Claim) -> _Taken:
    """Return a run and what is asked of it, as they are now that nobody else can take it up."""
    with reading() as session:
        run, request = session.get_one(Run, claim.run_id), session.get(RunRequest, claim.run_id)
    if run.state != "queued" or request is None or request.claim != claim.value:
        raise Conflict(f"Run {run.id} is {run.state}: it does not wait for this process.", "See: flask runs list")
    try:
        given = unseal(request.request)
    except AppError as error:
        _fail(claim, error)
        raise
    begun = run.lock_name is not None
    act = ACTS[request.act](run.id, given["request"], begun)
    queued = Queued(run.id, run.token, run.kind, claim.value, begun, act.goes_on)
    return _Taken(run, Asker(given["operator"], request.request_id), queued, request.act, act)


def _do(taken: _Taken, claim: Claim) -> None:
    """Carry the act out, and keep what came of it, unless the run waits once more."""
    who, act, run = asker.current(), taken.act, taken.run
    result = {"act": taken.name, "run_id": run.id, "operator": who.operator, "request_id": who.request_id}
    try:
        outcome = act.carry_out()
    except BaseException as error:
        if not _is_in_the_way(error):
            _fail(claim, error)
        if not _waits(run.id):
            act.explain(error)
            _keep(run, result | {"ok": False, "error": results.failure(_shown(error))} | act.said)
        raise
    _keep(run, result | {"ok": True, "outcome": outcome} | act.said)


def _is_in_the_way(error: BaseException | None) -> bool:
    """Tell whether others were in the way, or the database was away: it may go well a little later."""
    while isinstance(error, Exception):
        if isinstance(failure_of(error), Busy) or getattr(error, "connection_invalidated", False):
            return True
        error = error.__cause__
    return False


def _keep(run: Run, result: results.Result) -> None:
    results.write(runs.folder_of(run.id, run.token), result)


def _waits(run_id: int) -> bool:
    """Tell whether a run, whose act has ended, is queued still or again."""
    return runs.get(run_id).state == "queued"


def _fail(claim: Claim, error: BaseException) -> None:
    """Say on record why a run did not begin; one that has begun is closed already, or is queued again."""
    state = "cancelled" if isinstance(error, KeyboardInterrupt) else "failed"
    reason = str(masked(_shown(error).for_record))[:LONGEST_ERROR]

    def has_it(session: Any, row: Run) -> bool:
        request = session.get(RunRequest, row.id, with_for_update=True)
        return row.state == "queued" and request is not None and request.claim == claim.value

    moves.move(claim.run_id, state, has_it, error=reason, finished_at=utc_now())


def _shown(error: BaseException) -> Any:
    """Return the application's error for any other one."""
    if isinstance(error, KeyboardInterrupt):
        return Interrupted("It was broken off before its end: what was not committed is rolled back.")
    if isinstance(error, UsageError):
        return Failed(error.format_message())
    return failure_of(error) if isinstance(error, Exception) else Failed(f"{type(error).__name__}: {error}")
