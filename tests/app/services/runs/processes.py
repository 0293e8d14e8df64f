"""Real processes that have runs: started, talked to, killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import ROOT

# Code that stands around what a process does: it has the application, and `runs`.
FRAME = """
import signal, sys, time
from app import create_app
from app.extensions import db
from app.services import runs

def interrupt(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGTERM, interrupt)
signal.signal(signal.SIGINT, interrupt)
with create_app("testing").app_context():
{body}
"""
# A run that says its id, and goes on until a line comes in.
HANGING = """
    with runs.recorded("script", "export_order", {}) as run:
        print(run.id, flush=True)
        sys.stdin.readline()
"""


@contextmanager
def process(body: str = HANGING) -> Iterator[subprocess.Popen[str]]:
    """Start a process that runs `body`, and kill it in the end if it still lives."""
    started = subprocess.Popen(
        [sys.executable, "-c", FRAME.replace("{body}", body)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        kill(started)


def kill(started: subprocess.Popen[str]) -> None:
    """End a process as power cuts do."""
    if started.poll() is None:
        started.send_signal(signal.SIGKILL)
    started.communicate()


def said(started: subprocess.Popen[str]) -> str:
    """Return the next line that a process says."""
    assert started.stdout is not None
    line = started.stdout.readline()
    assert line, started.stderr.read() if started.stderr else ""
    return line.strip()
