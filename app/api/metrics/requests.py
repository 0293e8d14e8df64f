"""What is counted as requests are answered: by each process, or by all together in PROMETHEUS_MULTIPROC_DIR."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, Response, current_app, request
from sqlalchemy.pool import QueuePool

from app.extensions import db
from app.http import visits

# The folder that all processes of a server share (prometheus-client's manual, "Multiprocess Mode (E.g. Gunicorn)"); the
# library itself looks for it as it is imported.
SHARED = "PROMETHEUS_MULTIPROC_DIR"
# In seconds: a page takes some hundredths, the pool lets nobody wait longer than 10.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


@dataclass(frozen=True)
class Figures:
    """What is counted; the library has no types for its labels."""

    registry: Any
    requests: Any
    seconds: Any
    pool: Any


def init_app(app: Flask) -> None:
    """Count every request, those for pages as well."""
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

    registry = CollectorRegistry()
    labels = ("endpoint", "method")
    app.extensions["opsdesk_metrics"] = Figures(
        registry,
        Counter("opsdesk_requests", "Requests that were answered.", (*labels, "status"), registry=registry),
        Histogram("opsdesk_request_seconds", "How long they took.", labels, registry=registry, buckets=BUCKETS),
        Gauge(
            "opsdesk_pool_connections_in_use",
            "Connections to the database that requests hold.",
            registry=registry,
            multiprocess_mode="livesum",
        ),
    )
    app.after_request(_count)


def figures() -> bytes:
    """Return the figures of this process, or of all that share a folder, as Prometheus reads them."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    _note_pool()
    if not os.environ.get(SHARED):
        return generate_latest(_figures().registry)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)


def _count(response: Response) -> Response:
    own = _figures()
    labels = (request.endpoint or "none", request.method if request.method in METHODS else "other")
    own.requests.labels(*labels, response.status_code).inc()
    own.seconds.labels(*labels).observe(time.perf_counter() - visits.current().started)
    _note_pool()
    return response


def _note_pool() -> None:
    pool = db.engine.pool
    _figures().pool.set(pool.checkedout() if isinstance(pool, QueuePool) else 0)


def _figures() -> Figures:
    return cast(Figures, current_app.extensions["opsdesk_metrics"])
