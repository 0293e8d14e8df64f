"""Fixtures of the scripts' tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.extensions import db
from tests.redis_server import TestKeys, redis_keys


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own cache out of the tests."""
    monkeypatch.delenv("CACHE_URL", raising=False)


@pytest.fixture
def keys() -> Iterator[TestKeys]:
    """Give keys of the test's own on the Redis server."""
    with redis_keys() as keys:
        yield keys


@pytest.fixture
def session(app: object) -> Iterator[Session]:
    """Give a session on the migrated database, beside those of the runs."""
    with Session(db.engine) as session:
        yield session
