"""A script whose run is queued, to begin or to go on: what is asked, as JSON and back, and the doing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from app.runner import locks
from app.runner.files import loading
from app.runner.files.loading import Loaded
from app.services.queue.act import RESUME
from app.services.queue.enqueuing import enqueue, enqueue_again
from app.services.queue.priorities import NORMAL
from app.services.runs import OpenRun
from app.services.scripts import resuming
from app.services.scripts.report import as_dict
from app.services.scripts.request import NO_CONSENT, Consent, ScriptRequest
from app.services.scripts.running import SCRIPT, loaded_for, ordered, start


def queue_script(request: ScriptRequest, *, priority: int = NORMAL) -> int:
    """Queue a run of a script, once every guard has let it pass and its parameters parse; return the run's id.

    Raises:
        NotFound: there is no such script, or no such run to take over. Refused: a guard says no.
        Invalid, UsageError: parameters that it does not take.
    """
    loaded = loaded_for(request)
    order = ordered(request, loaded)
    given = {name: getattr(request, name) for name in request.__dataclass_fields__ if name != "loaded"}
    body = {**given, "name": f"{loaded.file.folder}/{loaded.file.name}", "values": dict(request.values)}
    return enqueue(
        SCRIPT,
        SCRIPT,
        order.name,
        body,
        arguments=order.arguments,
        lock_name=locks.name_of_script(loaded.script.id),
        details=order.details,
        priority=priority,
    )


def queue_resume(
    run_id: int,
    *,
    new_code: bool = False,
    max_rows: int | None = None,
    wait_s: float = 0,
    consent: Consent = NO_CONSENT,
    priority: int = NORMAL,
    loaded: Loaded | None = None,
) -> int:
    """Queue a run of a script that is to go on after its last committed batch; return its id. See `resuming.resume`.

    Args:
        loaded: what `resuming.prepared` returned, if that was called: the file is run once.

    Raises:
        NotFound: there is no such run, or its script is gone. Conflict: it is in no state to go on.
        Busy: it goes on. Refused: a guard says no.
    """
    run, loaded = resuming.prepared(run_id, consent.force, lambda file: loaded or loading.load(file))
    resuming.check(run, loaded, new_code, consent)
    body = {"new_code": new_code, "max_rows": max_rows, "wait_s": wait_s, "consent": asdict(consent)}
    return enqueue_again(RESUME, run, body, priority)


class ScriptAct:
    """A script's run that its process has taken up; `begun` if it went on before."""

    def __init__(self, run_id: int, body: dict[str, Any], begun: bool = False) -> None:
        """Do what `body` asks."""
        self._begun = begun
        self._run_id = run_id
        self._body = body
        self.said: dict[str, Any] = {"notes": []}
        self._observer = _Observer(self.said)

    def carry_out(self) -> dict[str, Any]:
        """Run the script, or go on with it after its checkpoint; return the outcome as JSON."""
        given = ScriptRequest(**self._body)
        request = replace(given, pause_while=tuple(given.pause_while))
        if not self.goes_on:
            return as_dict(start(request, self._observer))
        # An earlier run's arguments are the record's; others may have secrets, which that has not.
        values = None if request.applies or request.retries else request.values
        consent, wait_s = request.consent, request.wait_s
        return as_dict(resuming.resume(self._run_id, self._observer, wait_s=wait_s, consent=consent, values=values))

    @property
    def goes_on(self) -> bool:
        """Tell whether it goes on after its checkpoint; a dry run keeps none."""
        return self._begun and not self._body["dry_run"]

    def explain(self, error: BaseException) -> None:
        """Add nothing: the message says all, and the log has the traceback."""


class ResumeAct(ScriptAct):
    """A script's run that somebody has resumed."""

    @property
    def goes_on(self) -> bool:
        """Return True."""
        return True

    def carry_out(self) -> dict[str, Any]:
        """Go on with the run; return the outcome as JSON."""
        asked = {**self._body, "consent": Consent(**self._body["consent"])}
        return as_dict(resuming.resume(self._run_id, self._observer, **asked))


class _Observer:
    """Keeps what it is told; how far the run is, its heart tells."""

    def __init__(self, said: dict[str, Any]) -> None:
        self._said = said

    def note(self, sentence: str) -> None:
        """Keep a sentence."""
        self._said["notes"].append(sentence)

    @contextmanager
    def watching(self, run: OpenRun, name: str, owner: str, dry_run: bool) -> Iterator[None]:
        """Show nothing."""
        del run, name, owner, dry_run
        yield
