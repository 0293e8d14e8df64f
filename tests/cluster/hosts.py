"""Hosts of a cluster: a machine with the application on it, and links to its servers that can break."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster.machines import Machine, descendants
from tests.cluster.proxy import Link
from tests.project_copy import ROOT

WITHIN_S = 60


@dataclass
class Host:
    """A machine, its own instance folder, what its processes see, and its ways to MariaDB and Redis."""

    machine: Machine
    folder: Path
    environment: Mapping[str, str]
    to_database: Link
    to_redis: Link
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def log(self) -> str:
        """What its processes have written so far."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def start(self, *command: str) -> None:
        """Start a process on it."""
        self.started.append(self.machine.start(command, self.environment, self._log))

    def running(self) -> list[int]:
        """Return those of the processes started that still run, as we number them."""
        processes = self.machine.processes()
        pids = [process.pid for process in self.started if process.poll() is None]
        if not self.machine.is_apart:
            return pids
        return [pid for pid, parent in processes.items() if parent in pids]  # what we started has entered, and waits

    def kill(self) -> None:
        """Kill all that runs on it; the servers see its connections end, unless it is unplugged."""
        self.machine.kill()
        while self.started:
            self.started.pop().wait(WITHIN_S)

    def mend(self) -> None:
        """Let everything pass again, what was held as well."""
        for link in (self.to_database, self.to_redis):
            link.mend()

    def unplug(self) -> None:
        """Let nothing pass between it and its servers until `mend`: they do not even hear of its end."""
        self.to_database.hold()
        self.to_redis.hold()


@dataclass
class Web(Host):
    """A host that answers requests."""

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{self.environment['WEB_BIND']}"

    def serve(self) -> None:
        """Start gunicorn as in production, and wait until it answers."""
        self.start(sys.executable, "-m", "gunicorn")
        wait_until(self.answers, f"an answer of {self.url}")

    def answers(self) -> bool:
        """Tell whether it answers at all."""
        try:
            urllib.request.urlopen(f"{self.url}/sign-in", timeout=WITHIN_S).close()  # noqa: S310 - our own
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            return False
        return True


@dataclass
class Worker(Host):
    """A host that carries runs out."""

    def work(self) -> None:
        """Start a worker."""
        self.start(sys.executable, str(ROOT / "manage.py"), "rq", "worker")

    def horses(self) -> list[int]:
        """Return the processes that its workers have made, which carry runs out."""
        processes = self.machine.processes()
        return [horse for worker in self.running() for horse in descendants(processes, worker)]

    def kill_horses(self) -> bool:
        """Kill what carries a run out, and leave the worker; tell whether there was any."""
        return kill(self.horses())

    def kill_workers(self) -> bool:
        """Kill the workers themselves, and leave what they have made; tell whether there was any."""
        return kill(self.running())


def kill(pids: list[int]) -> bool:
    """Kill processes, some of which may have ended; tell whether there are any."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return bool(pids)


def wait_until(true: Callable[[], bool], what: str, within_s: float = WITHIN_S) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"waited {within_s} s in vain for {what}"
        time.sleep(0.05)
