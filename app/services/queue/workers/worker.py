"""`flask rq worker`: RQ's worker, which outlives Redis, and tells its work-horse to leave when it is told to end."""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
from typing import Any

from flask import Flask
from flask_rq._worker import FlaskSubprocessWorker  # Flask-RQ's only worker; it has no public name
from redis import Redis
from redis.exceptions import RedisError
from rq.defaults import DEFAULT_WORKER_TTL
from rq.job import Job
from rq.queue import Queue
from rq.worker.base import StopRequested

from app.errors import ConfigError
from app.services.failures import failure_of
from app.services.queue import claiming
from app.services.queue.limits import limits
from app.services.queue.workers import bell
from app.services.queue.workers.sweeper import Sweeper

# How often a worker tells Redis that it lives, and asks anew for a job: a link that was cut without a word is noticed.
TTL_S = 30
RETRY_S = 2.0

log = logging.getLogger(__name__)


class SteadyWorker:
    """A worker that is made anew as long as Redis comes and goes; meanwhile it sweeps."""

    def __init__(self, app: Flask, settings: dict[str, Any]) -> None:
        """Work for this application. `settings` are those of RQ's worker.

        Raises:
            ConfigError: there is no Redis to listen to, or limits that cannot be read.
        """
        if not app.config["REDIS_URL"]:
            raise ConfigError(
                "Workers are woken by Redis, and REDIS_URL is not set.",
                "Put REDIS_URL into .env. Without Redis no worker is needed: each run gets a child process.",
            )
        limits()
        self._app = app
        self._settings = settings
        self._worker: RunWorker | None = None
        self._made = 0

    def work(self, **settings: Any) -> None:
        """Carry runs out until a signal says that it is enough; with `burst`, until none may go."""
        with Sweeper(self._app, self._is_free):
            while not self._worked(settings):
                time.sleep(RETRY_S)

    def _worked(self, settings: dict[str, Any]) -> bool:
        """Work as long as Redis answers; tell whether that is all."""
        try:
            self._worker = self._new()
            self._worker.work(**settings)
        except RedisError as error:
            log.warning("Redis is away (%s); the worker goes on sweeping", type(error).__name__)
        except StopRequested:
            return True
        limited = settings.get("burst") or settings.get("max_jobs") or settings.get("max_idle_time")
        return self._worker is not None and (self._worker.told_to_end or bool(limited))

    def _new(self) -> RunWorker:
        self._made += 1
        name = self._settings.get("name") or f"{socket.gethostname()}.{os.getpid()}"
        ttl = self._settings.get("worker_ttl", DEFAULT_WORKER_TTL)
        given = {
            **self._settings,
            "name": f"{name}.{self._made}" if self._made > 1 else name,
            "worker_ttl": TTL_S if ttl == DEFAULT_WORKER_TTL else ttl,
        }
        connection = Redis.from_url(self._app.config["REDIS_URL"], socket_connect_timeout=RETRY_S)
        jobs = bell.queue(connection)
        return RunWorker([jobs], connection=connection, job_class=jobs.job_class, serializer=jobs.serializer, **given)

    def _is_free(self) -> bool:
        return self._worker is None or not self._worker.horse_pid


class RunWorker(FlaskSubprocessWorker):
    """RQ's worker with a process for each job, which carries out as many runs as may go."""

    told_to_end = False
    max_connection_wait_time = RETRY_S

    def subscribe(self) -> None:
        """Listen to no commands: whoever can write to Redis could end runs by them."""

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Start a process for the job, if any run may go: others may have taken it up."""
        try:
            needed = claiming.may_go() > 0
        except Exception as error:  # noqa: BLE001 - the database is away; the sweeper rings again when it is back
            log.warning("the queue cannot be looked at: %s", failure_of(error).message)
            needed = False
        if needed:
            super().execute_job(job, queue)
            return
        self.connection.lrem(queue.intermediate_queue_key, 1, job.id)
        job.delete(remove_from_queue=False)

    def request_stop(self, signum: int, frame: Any) -> None:
        """End once the process that goes on has ended."""
        self.told_to_end = True
        super().request_stop(signum, frame)

    def handle_warm_shutdown_request(self) -> None:
        """Tell that process to end: it leaves a script at its next checkpoint, and does an import to its end."""
        super().handle_warm_shutdown_request()
        if self.horse_pid:
            self.kill_horse(signal.SIGTERM)
