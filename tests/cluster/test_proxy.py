"""The links that tests break do what they say, and nothing else."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.cluster.proxy import Link, proxy

SOON_S = 0.3
MANY = bytes(range(256)) * 8192  # 2 MiB


class Echo(socketserver.BaseRequestHandler):
    """Sends back what comes, until its end."""

    def handle(self) -> None:
        with suppress(ConnectionResetError):
            while piece := self.request.recv(1 << 16):
                self.request.sendall(piece)


@pytest.fixture(scope="module")
def echo() -> Iterator[tuple[str, int]]:
    """Give the address of a server that sends back what comes."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        yield "127.0.0.1", server.server_address[1]
        server.shutdown()


@pytest.fixture
def link(echo: tuple[str, int]) -> Iterator[Link]:
    """Give a link to it."""
    with proxy() as links:
        yield links.link(echo)


@pytest.fixture
def client(link: Link) -> Iterator[socket.socket]:
    """Give a connection over the link, over which something has passed."""
    with connected(link) as client:
        assert said_back(client, b"hello") == b"hello"
        yield client


def connected(link: Link) -> socket.socket:
    """Connect; whoever waits longer than that fails."""
    return socket.create_connection(link.address, timeout=60)


def said_back(client: socket.socket, text: bytes) -> bytes:
    """Send something, and return what comes back for it."""
    client.sendall(text)
    return exactly(client, len(text))


def exactly(client: socket.socket, size: int) -> bytes:
    """Return so many bytes."""
    got = b""
    while len(got) < size and (piece := client.recv(size - len(got))):
        got += piece
    return got


def nothing_comes(client: socket.socket) -> bool:
    """Tell whether nothing comes for a while, not even the end."""
    client.settimeout(SOON_S)
    try:
        client.recv(1)
    except TimeoutError:
        return True
    finally:
        client.settimeout(60)
    return False


def test_everything_passes_in_its_order_and_so_does_the_end(link: Link, client: socket.socket) -> None:
    sending = threading.Thread(target=client.sendall, args=(MANY,))
    sending.start()
    assert exactly(client, len(MANY)) == MANY
    sending.join()
    client.shutdown(socket.SHUT_WR)
    assert client.recv(1) == b""
    assert link.opened == 1


def test_a_cut_resets_what_there_is_and_lets_new_connections_pass(link: Link, client: socket.socket) -> None:
    link.cut()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    with connected(link) as another:
        assert said_back(another, b"again") == b"again"


def test_a_link_that_refuses_breaks_new_connections_until_it_is_mended(link: Link, client: socket.socket) -> None:
    link.refuse()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    with pytest.raises(ConnectionResetError), connected(link) as another:
        another.recv(1)
    link.mend()
    with connected(link) as another:
        assert said_back(another, b"again") == b"again"


def test_what_is_held_passes_when_the_link_is_mended(link: Link, client: socket.socket) -> None:
    link.hold()
    with connected(link) as another:
        for end in (client, another):
            end.sendall(b"held")
            assert nothing_comes(end)
        link.mend()
        assert [exactly(end, 4) for end in (client, another)] == [b"held", b"held"]


def test_an_end_is_held_like_all_else_and_a_cut_ends_it(link: Link, client: socket.socket) -> None:
    link.hold()
    client.shutdown(socket.SHUT_WR)
    assert nothing_comes(client)
    link.cut()
    with pytest.raises(ConnectionResetError):
        client.recv(1)


def test_each_direction_has_a_delay_of_its_own(link: Link, client: socket.socket) -> None:
    link.delay(SOON_S, 2 * SOON_S)
    started = time.monotonic()
    assert said_back(client, b"slow") == b"slow"
    assert time.monotonic() - started >= 3 * SOON_S
    link.delay(600, 600)
    link.mend()
    assert said_back(client, b"fast") == b"fast"


def test_a_limit_bounds_what_passes_in_a_second(link: Link, client: socket.socket) -> None:
    link.limit(10_000)
    started = time.monotonic()
    assert said_back(client, MANY[:2_000]) == MANY[:2_000]
    assert time.monotonic() - started >= 0.2


def test_connections_are_counted_and_gone_when_the_client_goes(link: Link, client: socket.socket) -> None:
    assert (link.connections, link.opened) == (1, 1)
    client.close()
    deadline = time.monotonic() + 5
    while link.connections and time.monotonic() < deadline:
        time.sleep(0.01)
    assert link.connections == 0


def test_a_link_whose_server_is_gone_breaks_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = gone.getsockname()
    with proxy() as links, pytest.raises(ConnectionResetError), connected(links.link(address)) as client:
        client.recv(1)
