"""The bell that wakes workers: a job of RQ that says nothing but "look", whatever stands in Redis.

Whoever can write to Redis can have workers look into the database, and nothing else.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from flask import Flask, current_app
from flask_rq import RQ
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from rq.utils import now

NAME = "opsdesk"
LOOK = "look"
# Redis is not worth waiting for: a run that nobody was woken for is found by the next sweep.
TIMEOUT_S = 1.0
# How many jobs lie there at most. Each worker that is free takes one, and goes on as long as any run may go.
MOST_JOBS = 16
NO_TIMEOUT = -1
KEEPS_NOTHING = 0
FAILED_S = 60

log = logging.getLogger(__name__)
_one = threading.Lock()


class Impatient(Redis):
    """A Redis that answers within a second, or not at all."""

    @classmethod
    def from_url(cls, url: str, **options: Any) -> Redis:
        """Connect to the server of a URL, when it is first asked."""
        quick = {"socket_timeout": TIMEOUT_S, "socket_connect_timeout": TIMEOUT_S, "retry": Retry(NoBackoff(), 0)}
        return super().from_url(url, **quick, **options)


class Look(Job):
    """A job that looks for runs that may go. Nothing that Redis has of it is believed but that it is there."""

    def restore(self, raw_data: Any) -> None:
        """Take nothing: neither a function nor its arguments, callbacks, webhooks, time limits."""
        del raw_data
        self.origin = NAME
        self.timeout = NO_TIMEOUT
        self.result_ttl = KEEPS_NOTHING
        self.failure_ttl = FAILED_S
        self._status = JobStatus.QUEUED
        self.enqueued_at = now()
        self._func_name, self._instance, self._args, self._kwargs = LOOK, None, (), {}

    def perform(self) -> None:
        """Carry out runs that may go."""
        from app.services.queue.workers.horse import look  # all that runs need, which only this process needs

        look()


class Bell(RQ):
    """Flask-RQ with one queue, whose jobs are `Look`."""

    def init_app(self, app: Any) -> None:
        """Add it to an application, with its commands; Redis is not asked yet."""
        app.config["RQ_CONNECTION"] = app.config["REDIS_URL"] or "redis://"
        app.config["RQ_CONNECTION_CLASS"] = Impatient
        app.config["RQ_QUEUES"] = [NAME]
        app.config["RQ_ASYNC"] = True
        super().init_app(app)
        self.queues_of(app)[NAME] = queue(Impatient.from_url(app.config["RQ_CONNECTION"]))
        del app.cli.commands["rq"].commands["cron"]  # nothing is done by the clock

    def queues_of(self, app: Flask) -> dict[str, Queue]:
        """Return the queues of an application."""
        return self._queues[app]

    def make_worker(self, queues: Any = None, **settings: Any) -> Any:
        """Return a worker; see `app.services.queue.workers.worker`."""
        del queues  # there is one
        from app.services.queue.workers.worker import SteadyWorker

        return SteadyWorker(current_app._get_current_object(), settings)  # type: ignore[attr-defined]


def queue(connection: Redis) -> Queue:
    """Return the queue, over a connection: everything in it is JSON, and nothing pickled is ever read."""
    return Queue(NAME, connection, job_class=Look, serializer=JSONSerializer, default_timeout=NO_TIMEOUT)


def bell_of(app: Flask) -> Bell:
    """Return the bell of an application; it is made when it is first wanted, by whichever of its threads."""
    with _one:
        if "rq" not in app.extensions:
            Bell(app)
    bell: Bell = app.extensions["rq"]
    return bell


def ring() -> bool:
    """Wake a worker that is free, and tell whether Redis has taken it."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        jobs = bell_of(app).queues_of(app)[NAME]
        if jobs.count < MOST_JOBS:
            jobs.enqueue(LOOK, job_timeout=NO_TIMEOUT, result_ttl=KEEPS_NOTHING, failure_ttl=FAILED_S)
    except (RedisError, OSError, ValueError) as error:
        log.warning("Redis cannot wake a worker (%s); a sweep will see to it", type(error).__name__)
        return False
    return True
