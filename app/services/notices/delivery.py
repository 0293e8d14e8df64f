"""Try three times, in a thread; whatever goes wrong is logged and nobody waits for it longer than this says."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from typing import Any

from app.errors import AppError
from app.services.notices.message import Message

# What may take that long: one try, the pauses before the second and the third, all of it where a process is to end.
TRY_S = 5.0
WAITS_S = (1.0, 4.0)
ALL_S = 3 * TRY_S + sum(WAITS_S) + 5.0

THREAD = "notice by"

log = logging.getLogger(__name__)

Send = Callable[[Message, Mapping[str, Any]], None]


def in_background(way: str, send: Send, message: Message, settings: Mapping[str, Any]) -> None:
    """Deliver in a thread of its own. A process that ends waits for it, but not for ever."""
    threading.Thread(target=deliver, args=(way, send, message, settings), name=f"{THREAD} {way}", daemon=True).start()


def deliver(
    way: str, send: Send, message: Message, settings: Mapping[str, Any], waits_s: Sequence[float] = WAITS_S
) -> bool:
    """Call `send`, again after each of `waits_s` if it fails for a reason that may pass; tell whether it was sent.

    Args:
        way: the setting that names the way, for the log. Its value, which may have a password, is not logged.
    """
    for wait in (*waits_s, None):
        try:
            send(message, settings)
        except AppError as error:  # a setting, or an answer that will be the same again
            log.error("notice not sent: %s", error, extra={"way": way})
            return False
        except (OSError, HTTPException) as error:  # smtplib's are OSErrors
            log.warning("notice not sent: %s: %s", type(error).__name__, error, extra={"way": way})
        else:
            log.info("notice sent", extra={"way": way})
            return True
        if wait is not None:
            time.sleep(wait)
    log.error("notice given up: %s", message.subject, extra={"way": way})
    return False


@atexit.register
def wait_for_all() -> None:
    """Wait until what is on its way has come, or was given up."""
    end = time.monotonic() + ALL_S
    for thread in threading.enumerate():
        if thread.name.startswith(THREAD):
            thread.join(max(0.0, end - time.monotonic()))
