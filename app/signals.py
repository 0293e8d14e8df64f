"""The application's signals (blinker): what happened, told to whoever wants to know.

The sender is the application, as with Flask's own signals; all else comes by name, so a receiver takes what it needs:
`def tell(app, run, state, **_)`. What each of them says, and an example: docs/signals.md. The receivers that ship are
in `app.receivers`.
"""

from __future__ import annotations

import logging
from typing import Any

from blinker import NamedSignal, Namespace
from flask import current_app

log = logging.getLogger(__name__)
_signals = Namespace()

user_created = _signals.signal(
    "user-created",
    """Sent once a user is in the database.

    Args:
        run: the id of the run that made the user.
        name: the user's, as it is kept.
        role: viewer, operator or admin.
    """,
)

user_signed_in = _signals.signal(
    "user-signed-in",
    """Sent once somebody has signed in with the right password.

    Args:
        user: the user's id.
        name: the user's, as it is kept.
        address: the client's IP address; "" where it is not known.
    """,
)

sign_in_failed = _signals.signal(
    "sign-in-failed",
    """Sent when somebody could not sign in: a wrong password, an unknown name, a disabled user.

    What was typed as the name is not said where no user is called so: it may have been a password.

    Args:
        user: the id of the user who is called so; None: nobody is.
        name: the user's, as it is kept; "": nobody is called so.
        address: the client's IP address; "" where it is not known.
    """,
)

run_started = _signals.signal(
    "run-started",
    """Sent once it is on record that a run begins, or goes on after a pause, by the process that has it.

    Args:
        run: its id.
        kind: import, undo, initdb, user, script.
        name: what it acts on, for people.
        dry_run: all of it will be rolled back.
        started_by: the operator who started it.
        state: running.
        rows: what it has done by now, `{table: {"inserted": n, "updated": n, "deleted": n}}`.
        error: None.
    """,
)

run_finished = _signals.signal(
    "run-finished",
    """Sent once it is on record that a run goes on no longer.

    By its own process, or where that died (lost) or there was none (a paused run is cancelled) by the one that found
    out. A run that is paused, lost or failed may go on later, and finish again.

    Args:
        state: succeeded, failed, cancelled, paused or lost.
        rows: what it did.
        error: why it failed or was lost, without values of cells and secrets; None where all went well.
        run, kind, name, dry_run, started_by: as for `run_started`.
    """,
)

rows_changing = _signals.signal(
    "rows-changing",
    """Sent right before rows of a table are committed; the transaction is still open, and may fail.

    `rows_changed` follows once it is known that they were committed. Where the commit fails, or the process dies,
    nothing follows: whoever takes measures here must let them expire.

    Args:
        table: its name; "?": some table, or several, of which nobody knows the names.
        run: the id of the run whose rows they are.
    """,
)

rows_changed = _signals.signal(
    "rows-changed",
    """Sent once rows of a table were committed: by an import, an undo, a batch of a script, a change of users, initdb.

    Not sent for the ledger's own tables, nor for what another application writes. Rows of other tables that triggers
    and foreign keys changed with these are not told apart.

    Args:
        table, run: as for `rows_changing`.
    """,
)

ALL = (user_created, user_signed_in, sign_in_failed, run_started, run_finished, rows_changing, rows_changed)


def send(signal: NamedSignal, **arguments: Any) -> None:
    """Call the receivers of a signal; one that raises is logged, and keeps neither the others nor the act from it.

    Must be called within an application's context.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    for receiver in list(signal.receivers_for(app)):
        try:
            receiver(app, **arguments)
        except Exception:
            name = f"{receiver.__module__}.{getattr(receiver, '__qualname__', receiver)}"
            log.exception("a receiver of %s failed", signal.name, extra={"receiver": name})
