"""Wake somebody who takes up the runs that may go: workers by Redis, or child processes where there is no Redis."""

from __future__ import annotations

from flask import current_app

from app.services.queue import claiming, starting


def wake() -> bool:
    """Have a process look whether a run may go, and tell whether one was reached; it is no error if none is.

    The runs stay queued then, and the next sweep wakes again.
    """
    if not current_app.config["REDIS_URL"]:
        starting.start()
        return True
    from app.services.queue.workers.bell import ring  # RQ takes a while to import

    return ring()


def wake_all() -> bool | None:
    """Wake as `wake` does if any run may go, for a process that ends then; None: none may."""
    if not claiming.may_go():
        return None
    if current_app.config["REDIS_URL"]:
        return wake()
    starting.start_next()
    return True


def nudge() -> None:
    """See that child processes are started, for a run that is seen waiting: whoever queued it may be gone by now."""
    if not current_app.config["REDIS_URL"]:
        starting.start()
