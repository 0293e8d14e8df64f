"""A table that is loaded, and what it holds before and after."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from app.extensions import db
from tests.faults.checked import State, state_of
from tests.many import make_many, write_many

ROWS = 3_000


@pytest.fixture(scope="session")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a sheet whose rows take more than one packet on their way."""
    return write_many(tmp_path_factory.mktemp("sheets") / "many.xlsx", ROWS)


@dataclass(frozen=True)
class Target:
    """The table `many`: as it is, and as it is to be."""

    before: State
    after: State


def target() -> Target:
    """Make the table with a row in it, and find out by statements of its own what it holds with the sheet's rows."""
    make_many()
    before = state_of("many")
    with db.engine.begin() as connection:
        rows = [{"id": n, "name": f"name {n} 名称", "amount": n / 4} for n in range(ROWS)]
        connection.execute(text("INSERT INTO many VALUES (:id, :name, :amount)"), rows)
    after = state_of("many")
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM many WHERE id >= 0"))
    assert state_of("many") == before
    return Target(before, after)
