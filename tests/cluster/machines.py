"""Machines for tests: each has an address, a name and processes of its own, and can be switched off.

Where the kernel lets us (root, unshare), a machine is a set of namespaces: its network has one cable, to us, its
process ids are its own, and all of it goes when we go. Elsewhere its processes run beside ours, known by a mark.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from uuid import uuid4

from tests.project_copy import ROOT

# For tests of networks, and for nothing else (RFC 2544).
NETWORKS = IPv4Network("198.18.0.0/15")
MARK = "OPSDESK_TEST_MACHINE"
GONE_WITHIN_S = 20

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Machine:
    """A machine that is on.

    Attributes:
        address: its own; gateway: where it reaches us.
        enter: the command by which another becomes one of the machine's; empty where there are no namespaces.
    """

    name: str
    address: str
    gateway: str
    enter: tuple[str, ...]
    mark: str

    @property
    def is_apart(self) -> bool:
        """Whether it has namespaces of its own."""
        return bool(self.enter)

    def start(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
        """Start a process that writes to `log`; where there are namespaces, what is given is its parent."""
        with log.open("ab") as output:
            return subprocess.Popen(
                [*self.enter, *command],
                cwd=ROOT,
                env={**environment, MARK: self.mark},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def processes(self) -> dict[int, int]:
        """Return its processes that live, as pid: parent's pid, both as we number them."""
        return {pid: parent for pid in _pids() if (parent := self._parent(pid)) is not None}

    def kill(self) -> None:
        """End everything that runs on it, as SIGKILL does."""
        deadline = time.monotonic() + GONE_WITHIN_S
        while pids := self.processes():
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            assert time.monotonic() < deadline, f"processes of {self.name} do not end: {pids}"
            time.sleep(0.01)

    def _parent(self, pid: int) -> int | None:
        """Return the parent of a process of this machine that lives; None for any other."""
        try:
            folder = Path("/proc", str(pid))
            if f"{MARK}={self.mark}".encode() not in (folder / "environ").read_bytes().split(b"\0"):
                return None
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it has ended, or is another user's
            return None
        return None if state in "ZX" else int(parent)


def descendants(processes: Mapping[int, int], pid: int) -> list[int]:
    """Return those processes that come from this one, children before grandchildren."""
    found = [pid]
    for known in found:
        found += [child for child, parent in processes.items() if parent == known]
    return found[1:]


@contextmanager
def machine(name: str) -> Iterator[Machine]:
    """Switch a machine on; afterwards it is off, and nothing is left of it."""
    try:
        with _apart(name) as made:
            yield made
    except NotPermittedError:
        beside = Machine(name, "127.0.0.1", "127.0.0.1", (), uuid4().hex)
        try:
            yield beside
        finally:
            beside.kill()


class NotPermittedError(Exception):
    """The kernel does not let us have namespaces; the text is its reason."""


@contextmanager
def _apart(name: str) -> Iterator[Machine]:
    """Make namespaces, which end with the process that holds them; that one ends with us, whose pipe it reads."""
    holder = subprocess.Popen(
        [
            *("unshare", "--net", "--uts", "--ipc", "--pid", "--mount", "--mount-proc", "--fork", "--kill-child"),
            *("sh", "-c", 'hostname "$0" && ip link set lo up && echo on && cat', name),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    cable = f"od{os.getpid()}x{next(_numbers)}"
    try:
        yield _connected(name, holder, cable)
    finally:
        holder.kill()
        holder.communicate()
        subprocess.run(["ip", "link", "delete", cable], stderr=subprocess.DEVNULL)  # the kernel does that too, later


def _connected(name: str, holder: subprocess.Popen[bytes], cable: str) -> Machine:
    """Lay the cable between a machine and us; here its end is called `cable`."""
    assert holder.stdout is not None
    assert holder.stderr is not None
    if holder.stdout.readline() != b"on\n":
        raise NotPermittedError(holder.stderr.read().decode())
    (first,) = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
    network = _free_network()
    gateway, address = map(str, network.hosts())
    _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", first)
    _ip("address", "add", f"{gateway}/{network.prefixlen}", "dev", cable)
    _ip("link", "set", cable, "up")
    enter = ("nsenter", "--target", first, "--all", f"--wd={ROOT}")
    _ip("address", "add", f"{address}/{network.prefixlen}", "dev", "eth0", inside=enter)
    _ip("link", "set", "eth0", "up", inside=enter)
    return Machine(name, address, gateway, enter, uuid4().hex)


def _free_network() -> IPv4Network:
    """Return a network of two addresses that nobody here has."""
    taken = subprocess.run(["ip", "-4", "address"], capture_output=True, text=True, check=True).stdout
    while True:
        network = IPv4Network((int(NETWORKS.network_address) + random.randrange(1 << 15) * 4, 30))
        if f" {next(network.hosts())}/" not in taken:
            return network


def _ip(*args: str, inside: tuple[str, ...] = ()) -> None:
    done = subprocess.run([*inside, "ip", *args], capture_output=True, text=True)
    if done.returncode:
        raise NotPermittedError(done.stderr)


def _pids() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
