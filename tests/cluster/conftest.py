"""A cluster at work: two consoles and three workers, with jobs that they can do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass

import pytest

from tests.browser import people
from tests.cluster import jobs
from tests.cluster.api import Api
from tests.cluster.cluster import Cluster, cluster

# Programs of these tests ask as often as they can.
SETTINGS = {"API_RATE_LIMIT": "1000000 per minute"}


@dataclass(frozen=True)
class AtWork:
    """A cluster whose consoles and workers run, and the API of each console."""

    cluster: Cluster
    apis: list[Api]

    def mend(self) -> None:
        """Start what does not run, and mend all links."""
        for host in (*self.cluster.webs, *self.cluster.workers):
            host.mend()
        for web in self.cluster.webs:
            if not web.running():
                web.serve()
        for worker in self.cluster.workers:
            if not worker.running():
                worker.work()


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtWork]:
    """Start a cluster."""
    folder = tmp_path_factory.mktemp("cluster")
    scripts = folder / "offline_script"
    jobs.write_scripts(scripts)
    with cluster(folder, {**SETTINGS, "SCRIPTS_PATH": str(scripts)}) as made:
        jobs.make_tables(made.engine)
        flask = made.installation.flask
        flask("create-user", "operator", "--role", "operator", "--password-stdin", stdin=f"{people.PASSWORD}\n")
        token = flask("tokens", "create", "operator", "--name", "tests").strip()
        with ExitStack() as stack:
            yield AtWork(made, [stack.enter_context(closing(Api(web.url, token))) for web in made.webs])


@pytest.fixture
def at_work(started: AtWork) -> Iterator[AtWork]:
    """Give the cluster with everything at work and no rows; afterwards its ledger is sound."""
    started.mend()
    jobs.empty_tables(started.cluster.engine)
    yield started
    sys.stderr.write(started.cluster.logs)  # pytest shows it where the test has failed
    started.mend()
    started.cluster.installation.flask("runs", "verify")
