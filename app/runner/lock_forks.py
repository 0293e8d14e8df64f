"""Locks that are held, told in a forked child that they are not its own.

A fork inherits open files and sockets, and with them an flock (Linux, flock(2)) and a server's connection: without this
a child that outlives a killed process would keep what that held.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Inherited(Protocol):
    """A lock that a forked child finds."""

    def forget(self) -> None:
        """In the child: close what holds the lock, such that the parent keeps it; from then on it is not held here."""
        ...


_held: WeakSet[Inherited] = WeakSet()


def remember(lock: Inherited) -> None:
    """Have a lock of this process forgotten in the children that it forks from now on."""
    _held.add(lock)


def _forget_all() -> None:
    for lock in list(_held):
        lock.forget()
    _held.clear()


os.register_at_fork(after_in_child=_forget_all)
