"""The console under load: never more connections than its pools may have, and none that is not given back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import web_load
from benchmarks.web_load import AT_ONCE, WATCHER, WORKERS, Case, Outcome
from tests.private_server import PrivateServer, private_server

pytestmark = pytest.mark.long

ROUNDS = 2


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateServer]:
    """Give a MariaDB server of the tests' own, whose database has what pages show."""
    folder = tmp_path_factory.mktemp("load")
    with private_server(folder) as server:
        web_load.fill(server, folder / "filled")
        yield server


def put_under_load(case: Case, server: PrivateServer, folder: Path, at_once: int = AT_ONCE) -> Outcome:
    """Put a console under load, and look at what holds in every case."""
    outcome = web_load.measure(case, server, folder / "instance", at_once, ROUNDS)
    assert outcome.samples > 0
    assert case.allowed is None or max(outcome.most, outcome.most_ever) <= case.allowed
    assert set(outcome.in_use.values()) == {0}
    assert len(outcome.in_use) == WORKERS
    idle, stopped = outcome.left
    assert idle <= WORKERS * case.pool_size + WATCHER
    assert stopped == WATCHER
    assert all(answer.says_when for answer in outcome.answers if answer.status == 503)
    return outcome


@pytest.mark.parametrize("threads", [4, 40])
def test_pools_bound_the_connections_and_everybody_is_answered(
    filled: PrivateServer, tmp_path: Path, threads: int
) -> None:
    outcome = put_under_load(Case(threads, timeout_s=60), filled, tmp_path)
    assert outcome.statuses == {200: ROUNDS * AT_ONCE}


def test_whoever_finds_no_connection_in_time_is_told_when_to_retry(filled: PrivateServer, tmp_path: Path) -> None:
    outcome = put_under_load(Case(threads=40, timeout_s=1, locked_s=3), filled, tmp_path)
    assert outcome.statuses.keys() == {200, 503}


def test_without_the_pool_every_use_of_the_database_connects(filled: PrivateServer, tmp_path: Path) -> None:
    outcome = put_under_load(Case(threads=40, pooled=False), filled, tmp_path, at_once=100)
    assert outcome.opened >= ROUNDS * 100
    assert outcome.most_ever > (Case(threads=40).allowed or 0)
