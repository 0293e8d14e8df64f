"""How gunicorn serves the console and the API: `gunicorn` in this folder needs nothing else.

What an installation chooses comes from the environment alone, not from .env: WEB_BIND, WEB_CONCURRENCY (processes),
WEB_THREADS (of each). What stands here is gunicorn's documentation, "Settings".
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

METRICS = "PROMETHEUS_MULTIPROC_DIR"

wsgi_app = "app:create_app()"
bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
proc_name = "opsdesk"

# Threads, for requests wait for the database more than they compute. As many as a process may have connections
# (POOL_SIZE + POOL_OVERFLOW), so that none waits for the pool; the server must allow processes times that.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or min(os.cpu_count() or 2, 4))
threads = int(os.environ.get("WEB_THREADS") or 8)

# Each worker makes its own application: SIGHUP then reads new code and settings, and no worker shares a connection, a
# thread or random state with another. The price is some 60 MB a worker, which preloading would share.
preload_app = False

# A worker whose main loop stands still for that long is replaced; a slow request does not keep that from turning.
timeout = 60
# Told to stop, a worker answers what is under way for that long. systemd and compose wait a little longer.
graceful_timeout = 30
# Longer than nginx keeps its connections to here, so that it is never this end that closes one just as it is used.
keepalive = 75
# What leaks, if anything does, is bounded; not all workers are replaced at the same moment.
max_requests = 20_000
max_requests_jitter = 2_000

# As much as nginx takes by default (large_client_header_buffers). Bodies are limited by the application.
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190

# gunicorn believes no X-Forwarded-Proto and no SCRIPT_NAME from anybody: PROXIES says who is believed, in one place.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

# Heartbeats are written to a file: on a disk they would wait for it.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a file system in memory
control_socket_disable = True

# The application logs each request itself, with its id and who asked; a second line would have neither.
accesslog = None
if os.environ.get("FLASK_CONFIG") == "production":
    logconfig_dict: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "app.logs.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False}},
    }


def _remove(folder: str, made_by: int) -> None:
    """Remove the folder of metrics at the end of the process that made it; workers end as well."""
    if os.getpid() == made_by:
        shutil.rmtree(folder, ignore_errors=True)


# Workers add up their metrics in files of a folder, which the library reads as it is imported (prometheus-client
# documentation, "Multiprocess Mode (E.g. Gunicorn)").
if not os.environ.get(METRICS):
    os.environ[METRICS] = tempfile.mkdtemp(prefix="opsdesk-metrics-")
    atexit.register(_remove, os.environ[METRICS], os.getpid())


def on_starting(_server: Any) -> None:
    """Begin to count anew: what workers of an earlier start have left is theirs."""
    folder = Path(os.environ[METRICS])
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink()


def post_fork(server: Any, _worker: Any) -> None:
    """Let a worker that was forked from a loaded application have none of the connections that the master opened.

    They stay the master's: two processes that speak on one would read each other's answers (SQLAlchemy documentation,
    "Using Connection Pools with Multiprocessing or os.fork()").
    """
    if not server.cfg.preload_app:
        return
    from app.extensions import db

    with server.app.wsgi().app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)


def child_exit(_server: Any, worker: Any) -> None:
    """Take a worker that has ended out of what is counted as going on."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
