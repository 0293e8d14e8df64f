"""Who is asking: the operator of a run."""

from __future__ import annotations

import getpass
import os
import socket


def current_operator() -> str:
    """Return the OS user and host, `li@ops1`; behind sudo the user who called it."""
    try:
        user = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # no name for this uid: a container
        user = f"uid{os.getuid()}"
    return f"{user}@{socket.gethostname().split('.')[0]}"
