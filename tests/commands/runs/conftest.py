"""Runs to look at."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from app.services import runs

STARTED = datetime(2026, 3, 7, 22, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def recorded(app: Flask) -> int:
    """Record an import that went well and give its id."""
    with runs.recorded("import", "june.xlsx → 订单", {"table": "orders", "password": "hunter2"}, STARTED) as run:
        run.rows = {"orders": {"inserted": 48210}}
    return run.id


@pytest.fixture
def in_thread(app: Flask) -> Callable[..., threading.Thread]:
    """Start a function in a thread, inside the application's context."""

    def start(function: Callable[[], object]) -> threading.Thread:
        def inside() -> None:
            with app.app_context():
                function()

        thread = threading.Thread(target=inside)
        thread.start()
        return thread

    return start
