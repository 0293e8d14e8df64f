"""Short transactions on a connection of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app.engine import WRITER
from app.extensions import db


@contextmanager
def writing() -> Iterator[Session]:
    """Give a session whose transaction takes the write lock at once; commit at the end, roll back on any error."""
    with db.engine.connect().execution_options(**{WRITER: True}) as connection, Session(connection) as session:
        yield session
        session.commit()


@contextmanager
def reading() -> Iterator[Session]:
    """Give a session to read with; nothing it does is kept."""
    with Session(db.engine) as session:
        yield session
