"""What is wrong with this set-up, as `flask doctor` finds it, kept for a while: its checks take their time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import cast

from flask import current_app

from app.services.checks.finding import PROBLEM, Finding, problem
from app.services.checks.table import carry_out
from app.services.failures import failure_of

log = logging.getLogger(__name__)

KEPT_S = 60
NAME = "opsdesk.alerts"

Found = list[tuple[str, Finding]]


@dataclass
class Kept:
    """The problems of the last checks of one application, in this process.

    Attributes:
        clock: seconds that never go back.
        until: by the clock, how long they count.
    """

    clock: Callable[[], float] = time.monotonic
    found: Found | None = None
    until: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def get(self) -> Found:
        """Return the problems; one caller looks anew when they are old, the others take the old ones meanwhile."""
        if self.found is not None and self.clock() < self.until:
            return self.found
        if self.lock.acquire(blocking=self.found is None):
            try:
                if self.found is None or self.clock() >= self.until:
                    self.found, self.until = _problems(), self.clock() + KEPT_S
            finally:
                self.lock.release()
        return cast(Found, self.found)


def alerts() -> Found:
    """Return the names and findings of the checks that found a problem, at most `KEPT_S` seconds old."""
    kept: Kept = current_app.extensions.setdefault(NAME, Kept())
    return kept.get()


def _problems() -> Found:
    try:
        return [(name, finding) for name, finding in carry_out(thorough=False) if finding.state == PROBLEM]
    except Exception as error:  # whoever looks at a page must not be hurt by its alerts
        log.exception("checks not carried out")
        failure = failure_of(error)
        return [("doctor", problem(failure.message, failure.hint))]
