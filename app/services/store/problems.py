"""What goes wrong with the store, in words that tell nothing of where it is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import AppError, Failed, NotFound

HINT = "Try again in a moment. An admin finds what is wrong with: flask doctor"

log = logging.getLogger(__name__)


class StoreFails(Failed):
    """The store is away, refuses access, or is full; `for_record` has its own words."""

    status = 503


class Missing(NotFound):
    """There is no such object in the store."""


class Changed(Failed):
    """An object is not what was put into the store."""


@contextmanager
def told(key: str) -> Iterator[None]:
    """Turn what a store's library raises into a sentence; the log has its own words.

    Raises:
        StoreFails: it raised something.
    """
    try:
        yield
    except AppError:
        raise
    except Exception as error:  # each library below has errors of its own: s3fs, botocore, aiohttp
        said = f"{type(error).__name__}: {error}"
        log.warning("the store fails", extra={"object": key, "reason": said})
        raise StoreFails(_sentence(error), HINT, for_record=said) from error


def _sentence(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "The store refuses access."
    if isinstance(error, FileNotFoundError):
        return "The store is not there: its folder, or its bucket."
    # The system's own words, as of a full disk; libraries put other things there.
    said = error.strerror if type(error) is OSError and error.errno else None
    return f"The store cannot be used: {said}." if said else "The store does not answer."
