"""Short transactions on a connection of their own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.engine import AT_ONCE, WRITER
from app.errors import Busy
from app.extensions import db
from app.services.failures import failure_of

log = logging.getLogger(__name__)


@contextmanager
def writing(at_once: bool = False) -> Iterator[Session]:
    """Give a session whose transaction takes the write lock at once; commit at the end, roll back on any error.

    Args:
        at_once: fail, instead of waiting, where somebody else holds SQLite's only write lock.
    """
    options = {WRITER: True, AT_ONCE: at_once}
    with db.engine.connect().execution_options(**options) as connection, Session(connection) as session:
        yield session
        session.commit()


@contextmanager
def reading() -> Iterator[Session]:
    """Give a session to read with; nothing it does is kept."""
    with Session(db.engine) as session:
        yield session


def write_if_free(write: Callable[[Session], object]) -> None:
    """Call `write` in a writing transaction of its own; where others are in the way, an import say, it is left undone.

    It is for what the next one can do as well: noting when a session was seen, deleting what has expired.
    """
    try:
        with writing(at_once=True) as session:
            write(session)
    except SQLAlchemyError as error:
        failure = failure_of(error)
        if not isinstance(failure, Busy):
            raise
        log.debug("left undone: %s", failure.message)
