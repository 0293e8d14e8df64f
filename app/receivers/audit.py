"""One line of the log for each signal: who did what. Never a password, a token, or a value of a cell.

The logger is `app.audit`. In production a line is a JSON object, with what the signal says as its fields.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from blinker import NamedSignal
from flask import Flask

from app import asker, signals

log = logging.getLogger("app.audit")
# What of a signal goes into its line. An error's text stays out: it is in the ledger, by the run's id.
SAID = ("name", "user", "role", "address", "run", "kind", "dry_run", "started_by", "state", "rows", "table")
# That rows are about to change is no news.
HEARD = tuple(signal for signal in signals.ALL if signal is not signals.rows_changing)
# A LogRecord has a name of its own.
FIELDS = {"name": "what"}


def init_app(app: Flask) -> None:
    """Listen to everything that happens."""
    for signal in HEARD:
        signal.connect(RECEIVERS[signal.name], app)


def _receiver(signal: NamedSignal) -> Callable[..., None]:
    message = signal.name.replace("-", " ")

    def write(_app: Flask, **arguments: Any) -> None:
        who = asker.current()
        said = {FIELDS.get(name, name): arguments[name] for name in SAID if name in arguments}
        log.info(message, extra={"operator": who.operator, "request_id": who.request_id, **said})

    return write


# They are kept here: blinker forgets a receiver that nobody else has.
RECEIVERS = {signal.name: _receiver(signal) for signal in HEARD}
