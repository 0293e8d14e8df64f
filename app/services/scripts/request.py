"""What a script's run is asked, whom it tells what goes on, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from app.runner.execution import Result
from app.runner.files.loading import Loaded
from app.services.runs import OpenRun

# What a run is told, in characters, and as a limit of rows that it may change.
LONGEST_REASON = 1000
MOST_ROWS = 2**31 - 1


@dataclass(frozen=True)
class Consent:
    """What the operator agrees to, and why.

    Attributes:
        force: to run a retired script.
        confirmed: to change production: the name of the database was typed, or --yes.
    """

    force: bool = False
    reason: str | None = None
    confirmed: bool = False


NO_CONSENT = Consent()


@dataclass(frozen=True)
class ScriptRequest:
    """A new run of a script.

    Attributes:
        name: the script's, or its file's path.
        loaded: the script itself, if it was loaded already: a file is run once for each run of its script.
        values: its parameters, as a form has them.
        force: run it although it is retired.
        applies: the dry run whose script, arguments and options this one takes over; options that are given come first.
        retries: the run whose failed items alone are gone through, with its arguments.
        pause_while: SQL queries; wait while the first value of one is neither NULL, 0 nor blank.
        wait_s: seconds to wait for another run of the script.
        confirmed: the operator has typed the name of the production database, or said --yes.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    force: bool = False
    applies: int | None = None
    retries: int | None = None
    max_rows: int | None = None
    throttle: float | None = None
    pause_while: tuple[str, ...] = ()
    wait_s: float = 0
    reason: str | None = None
    confirmed: bool = False
    loaded: Loaded | None = None

    @property
    def consent(self) -> Consent:
        """Return what the operator agrees to."""
        return Consent(self.force, self.reason, self.confirmed)

    def options(self) -> dict[str, Any]:
        """Return what the ledger keeps beside the script's own parameters: what differs from the defaults."""
        given = {
            "apply": self.applies,
            "retry_failed": self.retries,
            "max_rows": self.max_rows,
            "throttle": self.throttle,
            "pause_while": list(self.pause_while),
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class ScriptOutcome:
    """What came of a run that succeeded.

    Attributes:
        name, retired: the script's.
        rows: as in the ledger.
        items: those that its batches went through.
        folder: where its artifacts are.
    """

    run_id: int
    name: str
    retired: bool
    dry_run: bool
    folder: Path
    rows: dict[str, dict[str, int]]
    items: int
    seconds: float
    result: Result


class Observer(Protocol):
    """Whom a run tells what goes on."""

    def note(self, sentence: str) -> None:
        """Say something that the operator should know."""
        ...

    def watching(self, run: OpenRun, name: str, owner: str, dry_run: bool) -> AbstractContextManager[None]:
        """Show the run's progress while what stands inside goes on."""
        ...
