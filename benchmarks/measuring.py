"""Run a command as a process of its own, and note the time and the memory of it and all its children."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROC = Path("/proc")
SAMPLE_EVERY_S = 0.05
# With it every start would compile the project anew, which no installation does.
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


@dataclass(frozen=True)
class Run:
    """What a run took: seconds with the process's start, CPU seconds, the most MiB at a time; and what it printed."""

    seconds: float
    cpu_seconds: float
    memory: float
    output: str


def measure(name: str, command: list[str], environment: dict[str, str] | None = None) -> Run:
    """Run a command; one that fails ends the benchmark."""
    kept = {name: value for name, value in (environment or os.environ).items() if name != NO_BYTECODE}
    started, cpu_started = time.perf_counter(), _cpu_seconds()
    process = subprocess.Popen(command, env=kept, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    memory = _Memory(process.pid)
    memory.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - started
    memory.stop()
    if process.returncode:
        raise SystemExit(f"{name} failed:\n{output}")
    return Run(seconds, _cpu_seconds() - cpu_started, memory.most / 1024, output)


def _cpu_seconds() -> float:
    """Return what all processes that are over have taken, those that they waited for among them."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class _Memory(threading.Thread):
    """Samples the memory of a process and its children, in KiB; a page that some of them share counts once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self.most = 0

    def run(self) -> None:
        while not self._over.wait(SAMPLE_EVERY_S):
            pids = _tree(self._pid)
            together = sum(_sizes(pid, "smaps_rollup").get("Pss", 0) for pid in pids)
            # A process's own peak may have come and gone between two samples.
            self.most = max(self.most, together, *(_sizes(pid, "status").get("VmHWM", 0) for pid in pids))

    def stop(self) -> None:
        """Take no more samples."""
        self._over.set()
        self.join()


def _tree(pid: int) -> list[int]:
    """Return a process and all its descendants, as far as they live."""
    found = [pid]
    for parent in found:
        for thread in (PROC / str(parent) / "task").glob("*"):
            found += map(int, _words(thread / "children").split())
    return found


def _sizes(pid: int, file: str) -> dict[str, int]:
    """Return the KiB lines of a file about a process by name; none of one that is over."""
    lines = (line.split() for line in _words(PROC / str(pid) / file).splitlines())
    return {words[0].rstrip(":"): int(words[1]) for words in lines if words[-1:] == ["kB"]}


def _words(path: Path) -> str:
    """Return a file's text; nothing where its process is over."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
