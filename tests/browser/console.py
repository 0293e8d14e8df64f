"""The console as people reach it: gunicorn on a port of its own, before a database that commands have filled."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.config import Base
from tests.project_copy import ROOT

ANSWER_WITHIN_S = 60
APPLICATION = "app:create_app()"
# As many clients as one test may start at once wait for a worker; the kernel refuses those beyond it.
BACKLOG = 2048


@dataclass(frozen=True)
class Installation:
    """A folder with everything that one installation keeps, and a database; `settings` are laid over the defaults."""

    folder: Path
    database_url: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Return what its processes see: nothing of the settings of whoever runs the tests."""
        ours = {name for name in vars(Base) if name.isupper()} | {"FLASK_DEBUG", "FLASK_APP"}
        theirs = {name: value for name, value in os.environ.items() if name not in ours}
        own = {"FLASK_SKIP_DOTENV": "1", "FLASK_CONFIG": "development", "INSTANCE_PATH": str(self.folder)}
        return {**theirs, **own, "DATABASE_URL": self.database_url, **self.settings}

    def flask(self, *args: object, stdin: str = "", exit_code: int = 0) -> str:
        """Run `flask ARGS` in a process of its own, which must end with `exit_code`; return its stdout."""
        command = [sys.executable, str(ROOT / "manage.py"), *map(str, args)]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == exit_code, f"flask {args} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout


@dataclass(frozen=True)
class Console:
    """A console that answers at `url`, an address without a slash at its end."""

    url: str
    installation: Installation
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        """Return what the server has written so far."""
        return log_file(self.installation).read_text(encoding="utf-8")


def log_file(installation: Installation) -> Path:
    """Return where an installation's server writes its log."""
    return installation.folder / "gunicorn.log"


@contextmanager
def serve(
    installation: Installation, workers: int = 1, threads: int = 8, application: str = APPLICATION, *options: str
) -> Iterator[Console]:
    """Start gunicorn, with the project's gunicorn.conf.py and more options; wait until it answers; stop it afterwards.

    The port is bound here and handed over, so that no two tests can take the same.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        process = _start(installation, listener.fileno(), workers, threads, application, *options)
    console = Console(url, installation, process)
    try:
        _wait_for_answer(console)
        yield console
    finally:
        _stop(process)


def _start(
    installation: Installation, listener: int, workers: int, threads: int, application: str, *more: str
) -> subprocess.Popen[bytes]:
    """Start gunicorn on a listening socket."""
    options = {
        "bind": f"fd://{listener}",
        "backlog": BACKLOG,
        "worker-class": "gthread",
        "workers": workers,
        "threads": threads,
    }
    command = [sys.executable, "-m", "gunicorn", *more, application]
    command += [f"--{name}={value}" for name, value in options.items()]
    installation.folder.mkdir(parents=True, exist_ok=True)
    with log_file(installation).open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=installation.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[listener],
            start_new_session=True,
        )


def _wait_for_answer(console: Console) -> None:
    """Wait for the first answer, whichever: the socket listens already, and is closed where gunicorn gives up."""
    try:
        urllib.request.urlopen(f"{console.url}/sign-in", timeout=ANSWER_WITHIN_S).close()  # noqa: S310 - our own
    except urllib.error.HTTPError as error:
        error.close()
    except OSError as error:
        raise AssertionError(f"The console does not start ({error}):\n{console.log}") from None


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop gunicorn without waiting for the browser's open connections, and whatever it has left behind."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
