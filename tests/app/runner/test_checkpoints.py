"""A checkpoint that is not there is no beginning where the ledger says that there was one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from app.errors import Refused
from app.extensions import db
from app.runner import checkpoints
from app.runner.checkpoints import Position


def test_a_run_that_had_not_begun_begins(app: Flask) -> None:
    assert checkpoints.take_up(db.engine, 7) == Position(attempt=1)
    assert checkpoints.take_up(db.engine, 7, begun=True) == Position(attempt=2)


def test_a_run_that_had_begun_and_has_no_checkpoint_is_refused(app: Flask) -> None:
    for _ in range(2):
        with pytest.raises(Refused, match="The checkpoint of run 7 is gone"):
            checkpoints.take_up(db.engine, 7, begun=True)


def test_many_runs_that_begin_at_once_do_not_lock_each_other_out(app: Flask) -> None:
    def begin(run_id: int) -> Position:
        with app.app_context():
            return checkpoints.take_up(db.engine, run_id)

    with ThreadPoolExecutor(8) as threads:
        positions = list(threads.map(begin, range(1, 65)))
    assert positions == [Position(attempt=1)] * 64
