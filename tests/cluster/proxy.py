"""Links that a test can break: TCP connections pass through here, and are cut, held, delayed or slowed on the way."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

PIECE = 1 << 16
# So many pieces of one direction may be on their way; then nothing more is read from who sends.
ON_THE_WAY = 64
# Close with RST instead of FIN, whatever is unsent (socket(7), SO_LINGER).
RESET = struct.pack("ii", 1, 0)

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
# What is on its way in one direction: when it is due, and the bytes; none at the end.
Pieces = asyncio.Queue[tuple[float, bytes]]


class Link:
    """The way to one server. Any thread may change it; what is on its way follows at once.

    Attributes:
        address: where it listens, host and port.
        connections: how many pass at the moment; opened: how many did since it was made.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, server: tuple[str, int]) -> None:
        """Lead to this server; `listen` begins."""
        self._loop = loop
        self._server = server
        self._listener: asyncio.Server | None = None
        self._passes = asyncio.Event()
        self._passes.set()
        self._refuses = False
        self._delay_s = (0.0, 0.0)
        self._bytes_per_s: float | None = None
        self._passing: dict[asyncio.Task[None], list[Stream]] = {}
        self.address = ("", 0)
        self.opened = 0

    @property
    def connections(self) -> int:
        """How many connections there are at the moment."""
        return len(self._passing)

    async def listen(self, host: str) -> None:
        """Take connections at a free port of `host`."""
        self._listener = await asyncio.start_server(self._accept, host, 0, limit=PIECE)
        self.address = self._listener.sockets[0].getsockname()[:2]

    def cut(self) -> None:
        """Break every connection with RST, as a firewall that has forgotten them does; new ones are taken."""
        self._do(self._cut)

    def refuse(self) -> None:
        """Break every connection, and each new one as soon as it is there, until `mend`."""
        self._set(_refuses=True)
        self.cut()

    def hold(self) -> None:
        """Pass nothing on and close nothing until `mend`: a black hole. New connections lead nowhere."""
        self._do(self._passes.clear)

    def delay(self, up_s: float = 0, down_s: float | None = None) -> None:
        """Have every byte take so long to the server, and from it: as long as to it where `down_s` is not given."""
        self._set(_delay_s=(up_s, up_s if down_s is None else down_s))

    def limit(self, bytes_per_s: float) -> None:
        """Pass no more than this on, in each direction of each connection."""
        self._set(_bytes_per_s=bytes_per_s)

    def mend(self) -> None:
        """Pass everything on again: what was held as well, in its order."""
        self._set(_refuses=False, _delay_s=(0.0, 0.0), _bytes_per_s=None)
        self._do(self._passes.set)

    async def close(self) -> None:
        """Take no more connections, and break those that there are."""
        if self._listener is not None:
            self._listener.close()
        tasks = list(self._passing)
        self._cut()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _do(self, act: Callable[[], object]) -> None:
        """Do something in the loop's thread, and wait until it is done."""

        async def done() -> None:
            act()

        asyncio.run_coroutine_threadsafe(done(), self._loop).result()

    def _set(self, **values: object) -> None:
        self._do(lambda: vars(self).update(values))

    def _cut(self) -> None:
        for task, ends in self._passing.items():
            for _, writer in ends:
                _reset(writer)
            task.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing[task] = [(reader, writer)]
        self.opened += 1
        try:
            async with asyncio.TaskGroup() as ways:
                await self._lead((reader, writer), self._passing[task], ways)
            await self._close(self._passing[task])
        except* (OSError, asyncio.CancelledError):
            pass  # an end has gone, or the link was cut
        finally:
            for _, end in self._passing.pop(task):
                _reset(end)

    async def _lead(self, client: Stream, ends: list[Stream], ways: asyncio.TaskGroup) -> None:
        """Connect a client with the server; the ways between them end when both have closed."""
        if self._refuses:
            return
        await self._passes.wait()
        server = await asyncio.open_connection(*self._server, limit=PIECE)
        ends.append(server)
        for direction, (source, sink) in enumerate(((client[0], server[1]), (server[0], client[1]))):
            pieces: Pieces = asyncio.Queue(ON_THE_WAY)
            ways.create_task(self._take(source, pieces, direction))
            ways.create_task(self._give(pieces, sink))

    async def _close(self, ends: list[Stream]) -> None:
        """Close both ends once all that was sent is out; a connection that is refused is broken instead."""
        for _, end in () if self._refuses else ends:
            end.close()
            await end.wait_closed()

    async def _take(self, source: asyncio.StreamReader, pieces: Pieces, direction: int) -> None:
        """Take what one end sends, and note when it is due at the other."""
        while True:
            piece = await source.read(PIECE)
            await pieces.put((self._loop.time() + self._delay_s[direction], piece))
            if not piece:
                return

    async def _give(self, pieces: Pieces, sink: asyncio.StreamWriter) -> None:
        """Give the other end what is due, and at last the end."""
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(due - self._loop.time())
            if self._bytes_per_s is not None:
                await asyncio.sleep(len(piece) / self._bytes_per_s)
            await self._passes.wait()
            if not piece:
                sink.write_eof()
                return
            sink.write(piece)
            await sink.drain()


class Proxy:
    """Makes links, which live in a thread of their own."""

    def __init__(self) -> None:
        """Start the thread."""
        self._loop = asyncio.new_event_loop()
        self._links: list[Link] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()

    def link(self, server: tuple[str, int], listen: str = "127.0.0.1") -> Link:
        """Make a way to a server from a free port of the address `listen`."""
        link = Link(self._loop, server)
        asyncio.run_coroutine_threadsafe(link.listen(listen), self._loop).result()
        self._links.append(link)
        return link

    def close(self) -> None:
        """Break all connections of all links, and end the thread."""
        for link in self._links:
            asyncio.run_coroutine_threadsafe(link.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def proxy() -> Iterator[Proxy]:
    """Give a maker of links; afterwards there are none."""
    made = Proxy()
    try:
        yield made
    finally:
        made.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection with RST; one that has been closed already stays so."""
    end = writer.get_extra_info("socket")
    if end is not None and end.fileno() >= 0:
        with suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
