"""Connect to a host by an address that was looked at: none inside, unless that is allowed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from app.errors import Refused

# A network's gateway to IPv4: the last 32 bits are the address that it leads to (RFC 6052).
NAT64 = IPv6Network("64:ff9b::/96")


@contextmanager
def connected(host: str, port: int, private: bool, seconds: float) -> Iterator[socket.socket]:
    """Give a connection that is cut off after so many seconds, whatever it is doing then.

    The name is looked up once, so that it cannot mean another address once this one was found good.

    Args:
        private: an address that is not public, of this host say, will do.

    Raises:
        Refused: one of the host's addresses is not public.
        OSError: there is no such host, or it does not answer.
    """
    connection = _connect(addresses(host, port, private), port, seconds)
    handle = connection.dup()  # TLS takes the connection itself away
    timer = threading.Timer(seconds, _cut, [handle])
    timer.daemon = True
    timer.start()
    try:
        with connection:
            yield connection
    finally:
        timer.cancel()
        handle.close()


def addresses(host: str, port: int, private: bool) -> list[str]:
    """Return the addresses of a host; for its errors see `connected`."""
    found = list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    for address in found:
        if not (private or is_public(address)):
            raise Refused(
                f"{host} is {address}, which is no public address.",
                "If notices may go there, set ALERT_ALLOW_PRIVATE=1.",
            )
    return found


def is_public(address: str) -> bool:
    """Tell whether an address is one of the internet's, also where it is an IPv4 address within an IPv6 one."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None)
        ip = inner or ip
    return ip.is_global and not ip.is_multicast


def _connect(found: list[str], port: int, seconds: float) -> socket.socket:
    """Connect to the first address that answers; all of them together have this time."""
    for address in found[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=seconds / len(found))
    return socket.create_connection((found[-1], port), timeout=seconds / len(found))


def _cut(handle: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself just now
        handle.shutdown(socket.SHUT_RDWR)
