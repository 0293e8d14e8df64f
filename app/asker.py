"""Who asks for what is done: one typed place for a web request, a command and a run in a process of its own."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class SignedIn:
    """A user of the console or the API, as their request found them.

    Attributes:
        role: viewer, operator or admin.
        language: of the pages: en or zh; None: as the browser asks.
        must_change_password: nothing else is done before that.
    """

    id: int
    name: str
    role: str
    language: str | None = None
    must_change_password: bool = False


@dataclass(frozen=True)
class Asker:
    """Who asks.

    Attributes:
        operator: `li@ops1`, the OS user and host; on the web the user's name.
        request_id: of the web request, which is in the log and on error pages; "" of a command.
        user: who is signed in; None for a command, and before sign-in.
    """

    operator: str
    request_id: str = ""
    user: SignedIn | None = None


_asker: ContextVar[Asker | None] = ContextVar("asker", default=None)


def current() -> Asker:
    """Return who asks; the OS user, where nobody else was named."""
    return _asker.get() or Asker(os_operator())


def become(asker: Asker | None) -> None:
    """Name who asks from now on, in this thread's or task's context; None: nobody else than the OS user."""
    _asker.set(asker)


@contextmanager
def asking(asker: Asker) -> Iterator[None]:
    """Name who asks for what is inside."""
    before = _asker.set(asker)
    try:
        yield
    finally:
        _asker.reset(before)


def os_operator() -> str:
    """Return the OS user and host, `li@ops1`; behind sudo the user who called it."""
    try:
        user = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # no name for this uid: a container
        user = f"uid{os.getuid()}"
    return f"{user}@{socket.gethostname().split('.')[0]}"
