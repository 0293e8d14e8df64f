"""schemathesis finds nothing that the API's specification does not say: all checks, on MariaDB, within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.api import Target, fuzz, target

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

CASES = 10


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Give an API that has something of everything, where everything may be done."""
    with target(tmp_path_factory.mktemp("api")) as started:
        yield started


# They need a run in the right state, or of the right upload, which few cases need not find.
BY_CHANCE = {
    "GET /api/v1/imports/runs/{run_id}/rejects.xlsx",
    "POST /api/v1/imports/uploads/{token}/dry-runs/{run_id}/confirm",
    *(f"POST /api/v1/runs/{{run_id}}/{act}" for act in ("cancel", "pause", "resume", "undo")),
}


def test_an_admin_is_answered_as_the_specification_says(api: Target, tmp_path: Path) -> None:
    outcome = fuzz(api, api.token, tmp_path, CASES)
    assert outcome.exit_code == 0, outcome.said
    operations = api.operations()
    assert operations - outcome.well(operations) <= BY_CHANCE, outcome.table(operations)


def test_nobody_is_answered_as_the_specification_says(api: Target, tmp_path: Path) -> None:
    outcome = fuzz(api, "", tmp_path, CASES)
    assert outcome.exit_code == 0, outcome.said
    operations = api.operations()
    assert outcome.well(operations) == api.operations(public=True), outcome.table(operations)
