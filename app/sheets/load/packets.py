"""Packets as large as the server takes them: it cuts the connection at one beyond its max_allowed_packet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pymysql

PACKET = 1 << 20  # bytes of a packet of LOAD DATA, and of a multi-row INSERT, where the server takes so many
TOO_LARGE = 1153  # ER_NET_PACKET_TOO_LARGE (MariaDB documentation, "MariaDB Error Codes")


def packet_of(cursor: Any) -> int:
    """Return how many bytes to send in one packet; half of what the server takes, that heads fit in as well."""
    return min(PACKET, most(cursor) // 2)


def most(cursor: Any) -> int:
    """Return the server's limit, in bytes."""
    cursor.execute("SELECT @@max_allowed_packet")
    return int(cursor.fetchone()[0])


def pieces(chunks: Iterable[bytes], packet: int) -> Iterator[bytes]:
    """Yield chunks in pieces of a packet each."""
    for chunk in chunks:
        for start in range(0, len(chunk), packet):
            yield chunk[start : start + packet]


def statements(rows: Iterable[str], packet: int) -> Iterator[list[str]]:
    """Yield rows for one statement each: as many as make up a packet, at least one."""
    size = 0
    taken: list[str] = []
    for row in rows:
        if taken and size + len(row) > packet // 4:  # a character takes up to 4 bytes
            yield taken
            size, taken = 0, []
        taken.append(row)
        size += len(row) + len(", ")
    if taken:
        yield taken


def check_fits(statement: str, limit: int) -> None:
    """Raise what the server would say of a statement that is too large, before it cuts the connection."""
    if len(statement) * 4 >= limit and len(statement.encode()) >= limit:
        raise pymysql.err.OperationalError(TOO_LARGE, f"a row is larger than max_allowed_packet, {limit:,} bytes")
