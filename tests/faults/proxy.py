"""A man in the middle of MariaDB's protocol, who cuts a connection at the very packet that a test names."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import sqlalchemy as sa

QUERY = b"\x03"  # COM_QUERY (MariaDB documentation, "Client/Server Protocol")

# What happens to a packet of the client's: it goes on; the connection is cut before it, in its middle, or once it is
# sent; or the server answers it, and the answer is lost.
PASS, CUT_BEFORE, CUT_WITHIN, CUT_AFTER, LOSE_ANSWER = "pass", "before", "within", "after", "answer"


@dataclass
class Talk:
    """One connection: the queries that the client has sent on it by now, and the packets after the last of them."""

    queries: list[bytes] = field(default_factory=list)
    packets: int = 0

    def has_sent(self, text: bytes) -> bool:
        """Tell whether a query with this text was sent."""
        return any(text in query for query in self.queries)

    def add(self, payload: bytes) -> None:
        """Note a packet."""
        self.packets += 1
        if payload[:1] == QUERY:
            self.queries.append(payload[1:])
            self.packets = 0


# Given a connection whose last packet this is, says what happens to it.
Rule = Callable[[Talk, bytes], str]


class Proxy:
    """Passes connections on; with `close_for_good` a cut is of all of them, and later ones are refused."""

    def __init__(self, server: tuple[str, int], rule: Rule, close_for_good: bool) -> None:
        """Listen on a free port."""
        self.cuts = 0
        self._server, self._rule, self._close_for_good = server, rule, close_for_good
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._connections: list[_Connection] = []
        self._listening = threading.Thread(target=self._listen)
        self._listening.start()

    def close(self) -> None:
        """Cut everything, and take no more connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listening.join()
        self._listener.close()
        for connection in self._connections:
            connection.close()

    def ask(self, talk: Talk, payload: bytes) -> str:
        """Return what happens to a packet; counts the cuts."""
        talk.add(payload)
        action = self._rule(talk, payload)
        if action != PASS:
            self.cuts += 1
            for connection in self._connections if self._close_for_good else ():
                if connection.talk is not talk:
                    connection.cut()
        return action

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._close_for_good and self.cuts:
                    client.close()
                else:
                    self._connections.append(_Connection(self, client, socket.create_connection(self._server)))


class _Connection:
    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self.talk = Talk()
        self._loses_answer = threading.Event()
        self._ways = [threading.Thread(target=self._until_cut, args=(way,)) for way in (self._up, self._down)]
        for way in self._ways:
            way.start()

    def close(self) -> None:
        self.cut()
        for way in self._ways:
            way.join()
        self._client.close()
        self._server.close()

    def cut(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _until_cut(self, way: Callable[[], None]) -> None:
        try:
            with suppress(OSError, EOFError):
                way()
        finally:
            self.cut()

    def _up(self) -> None:
        while True:
            head = _exactly(self._client, 4)
            payload = _exactly(self._client, int.from_bytes(head[:3], "little"))
            action = self._proxy.ask(self.talk, payload)
            if action == CUT_BEFORE:
                return
            if action == LOSE_ANSWER:
                self._loses_answer.set()
            packet = head + payload
            self._server.sendall(packet[: len(packet) // 2] if action == CUT_WITHIN else packet)
            if action in (CUT_WITHIN, CUT_AFTER):
                return

    def _down(self) -> None:
        while data := self._server.recv(1 << 16):
            if self._loses_answer.is_set():
                return
            self._client.sendall(data)


def _exactly(source: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = source.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


@contextmanager
def proxied(url: str, rule: Rule, close_for_good: bool = False) -> Iterator[tuple[str, Proxy]]:
    """Give a URL that leads through a proxy to the database of `url`, and that proxy."""
    real = sa.make_url(url)
    proxy = Proxy((str(real.host), real.port or 3306), rule, close_for_good)
    try:
        yield real.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False), proxy
    finally:
        proxy.close()
