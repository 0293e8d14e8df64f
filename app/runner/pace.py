"""How fast a run goes: not above its throttle, and not while something says to wait."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, text

from app.runner.script import Pause
from app.runner.stopping import Stopper
from app.runner.terms import Terms

ASK_EVERY_S = 1.0


class Pace:
    """Waits between batches; whoever asks the run to stop meanwhile is heard."""

    def __init__(self, terms: Terms, stopper: Stopper, engine: Engine, run: Any) -> None:
        """Go by these terms; `run` is what a callable among the pauses gets, and whose log says that it waits."""
        self._terms = terms
        self._stopper = stopper
        self._log: logging.Logger = run.log
        self._asks = [_asker(pause, engine, run) for pause in terms.pauses]

    def after(self, items: int, started: float) -> None:
        """Wait until a batch of `items` that began at `started` (time.monotonic()) has taken as long as it should.

        Raises:
            Stopped: the run should stop.
        """
        if self._terms.throttle is not None:
            self._stopper.sleep(started + items / self._terms.throttle - time.monotonic())
        for ask in self._asks:
            self._wait(ask)

    def _wait(self, ask: Callable[[], object]) -> None:
        reason = ask()
        if not reason:
            return
        self._log.info("Waiting: %s", reason)
        began = time.monotonic()
        while reason:
            self._stopper.sleep(ASK_EVERY_S)
            reason = ask()
        self._log.info("Going on after %.0f s.", time.monotonic() - began)


def _asker(pause: Pause, engine: Engine, run: Any) -> Callable[[], object]:
    if not isinstance(pause, str):
        return lambda: pause(run)

    def ask() -> object:
        with engine.connect() as connection:
            said = connection.execute(text(pause)).scalar()
            connection.rollback()  # whatever it did is not kept
        return f"{pause} says {said}" if said not in (None, 0, "", "0") else None

    return ask
