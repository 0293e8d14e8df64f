"""What is made here is for this user alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def private() -> Iterator[None]:
    """Give files and folders that are made inside no rights for others; for processes of one thread, as umask(2) is."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
