"""Machines have a name, a network and processes of their own, and leave nothing."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cluster import machines
from tests.cluster.machines import Machine, NotPermittedError, descendants, machine

SLEEPS = ("sh", "-c", "sleep 60 & setsid sleep 60 & wait")


def output(on: Machine, code: str, log: Path) -> str:
    """Return what Python code prints there."""
    assert on.start([sys.executable, "-c", code], os.environ, log).wait(30) == 0, log.read_text()
    return log.read_text().strip()


def wait_until(true: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(params=["apart", "beside"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Say whether the kernel lets us have namespaces."""
    if request.param == "beside":

        def refused(_name: str) -> None:
            raise NotPermittedError("not here")

        monkeypatch.setattr(machines, "_apart", refused)
    return str(request.param)


@pytest.mark.usefixtures("kind")
def test_everything_that_runs_on_a_machine_ends_with_it(tmp_path: Path) -> None:
    with machine("one") as one:
        started = one.start(SLEEPS, os.environ, tmp_path / "log")
        wait_until(lambda: len(descendants(one.processes(), started.pid)) >= 2)
        with machine("other") as other:
            assert other.processes() == {}
        assert one.processes()
    assert started.wait(20) != 0
    assert one.processes() == {}


def test_a_machine_that_is_killed_can_go_on(kind: str, tmp_path: Path) -> None:
    with machine("one") as one:
        assert one.is_apart in ((False,) if kind == "beside" else (True, os.geteuid() != 0))
        started = one.start(SLEEPS, os.environ, tmp_path / "log")
        wait_until(lambda: bool(one.processes()))
        one.kill()
        assert started.wait(20) != 0
        assert output(one, "print('again')", tmp_path / "again") == "again"


def test_a_machine_of_namespaces_has_a_name_and_one_way_out(tmp_path: Path) -> None:
    with machine("one") as one, machine("other") as other:
        if not one.is_apart:
            pytest.skip("namespaces are for root alone")
        ask = "import socket; print(socket.gethostname())"
        assert [output(each, ask, tmp_path / each.name) for each in (one, other)] == ["one", "other"]
        reach = f"import socket; print(socket.socket().connect_ex(('{other.address}', 9)))"
        assert output(one, reach, tmp_path / "reach") == str(errno.ENETUNREACH)
        assert output(one, "import os; print(os.getpid() < 1000)", tmp_path / "pid") == "True"
    assert one.gateway not in subprocess.run(["ip", "address"], capture_output=True, text=True).stdout
