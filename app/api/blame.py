"""Which field a service means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.api.bodies import refused
from app.errors import AppError


@contextmanager
def blaming(field: str, *kinds: type[AppError], place: str = "json") -> Iterator[None]:
    """Tell errors of these kinds, raised inside, as what is wrong with a field."""
    try:
        yield
    except kinds as error:
        raise refused(field, place, str(error), error.status) from None
