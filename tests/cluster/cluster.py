"""A cluster for tests: MariaDB, Redis, consoles and workers, each a process of its own, on machines of their own."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from tests.browser.console import Installation
from tests.cluster.hosts import Web, Worker
from tests.cluster.machines import Machine, machine
from tests.cluster.proxy import Link, Proxy, proxy
from tests.private_redis import PrivateRedis, private_redis
from tests.private_server import PrivateServer, private_server

# What is committed outlives a server that is killed, and tests do no more to it; only a power cut could take it.
DATABASE_OPTIONS = ("--innodb-flush-log-at-trx-commit=2", "--max-connections=300")


@dataclass(frozen=True)
class Cluster:
    """The servers and the hosts.

    Attributes:
        installation: the same database, Redis and store without a link between, for commands of ours.
        engine: connects with the database itself.
    """

    database: PrivateServer
    redis: PrivateRedis
    webs: Sequence[Web]
    workers: Sequence[Worker]
    installation: Installation
    engine: sa.Engine

    @property
    def is_apart(self) -> bool:
        """Whether its hosts are namespaces."""
        return all(host.machine.is_apart for host in (*self.webs, *self.workers))

    @property
    def logs(self) -> str:
        """What all hosts have written so far."""
        return "\n".join(f"--- {host.machine.name}\n{host.log}" for host in (*self.webs, *self.workers))


@contextmanager
def cluster(folder: Path, settings: Mapping[str, str], webs: int = 2, workers: int = 3) -> Iterator[Cluster]:
    """Start the servers, and hosts on which nothing runs yet; the database is made. All is gone afterwards.

    Args:
        settings: of all hosts, laid over the defaults.
    """
    with ExitStack() as stack:
        database = stack.enter_context(private_server(_made(folder, "mariadb"), *DATABASE_OPTIONS))
        redis = stack.enter_context(private_redis(_made(folder, "redis")))
        shared = {"SECRET_KEY": secrets.token_hex(32), "STORE_URL": _made(folder, "store").as_uri(), **settings}
        direct = Installation(_made(folder, "direct"), database.url, {"REDIS_URL": redis.url, **shared})
        direct.flask("initdb", "--yes")
        links = stack.enter_context(proxy())

        def machines(kind: str, count: int) -> list[Machine]:
            return [stack.enter_context(machine(f"{kind}-{number + 1}")) for number in range(count)]

        engine = sa.create_engine(database.url, poolclass=sa.NullPool)
        made_webs = [_web(one, folder, links, direct) for one in machines("web", webs)]
        made_workers = [_worker(one, folder, links, direct) for one in machines("worker", workers)]
        for host in (*made_webs, *made_workers):
            stack.callback(host.kill)
        yield Cluster(database, redis, made_webs, made_workers, direct, engine)


def _web(on: Machine, folder: Path, links: Proxy, direct: Installation) -> Web:
    port = 8000
    if not on.is_apart:
        with socket.create_server((on.address, 0)) as free:
            port = free.getsockname()[1]
    bound = {"WEB_BIND": f"{on.address}:{port}", "WEB_CONCURRENCY": "1"}
    return Web(on, *_connected(on, folder, links, direct, bound))


def _worker(on: Machine, folder: Path, links: Proxy, direct: Installation) -> Worker:
    return Worker(on, *_connected(on, folder, links, direct, {}))


def _connected(
    on: Machine, folder: Path, links: Proxy, direct: Installation, own: dict[str, str]
) -> tuple[Path, dict[str, str], Link, Link]:
    """Lead a machine to the servers; return its folder, what its processes see, and its ways to MariaDB and Redis."""
    home = _made(folder, on.name)
    database, to_database = _led(direct.database_url, on, links)
    redis, to_redis = _led(direct.settings["REDIS_URL"], on, links)
    settings = {**direct.settings, "REDIS_URL": redis, **own}
    return home, Installation(home, database, settings).environment, to_database, to_redis


def _led(server: str, on: Machine, links: Proxy) -> tuple[str, Link]:
    """Return the URL by which a machine reaches a server, and the link that it goes through."""
    url = sa.make_url(server)
    link = links.link((str(url.host), int(url.port or 0)), on.gateway)
    host, port = link.address
    return url.set(host=host, port=port).render_as_string(hide_password=False), link


def _made(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir(parents=True)
    return made
