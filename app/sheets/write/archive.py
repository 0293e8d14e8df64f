"""A ZIP file whose parts are written one after the other, deflated by ISA-L where that is installed (the package isal).

`zipfile` has no way to a faster deflate than its own.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

try:
    from isal import isal_zlib as deflate
except ImportError:
    import zlib as deflate  # type: ignore[no-redef]

from app.errors import Invalid

RAW = -15  # deflated data without a header of its own, in the largest window
LEVEL = 1
# PKWARE, APPNOTE.TXT, 4.3.7, 4.3.12 and 4.3.16. Of a part: version 2.0, no flags, deflated, midnight of 1 January 1980
# (the same rows give the same file), then CRC, packed size, size, length of the name.
_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_PART = (20, 0, 8, 0, (1 << 5) | 1)
_SIZES_AT = 14
# Beyond it a ZIP file needs its 64-bit form, which Excel does not take from every program.
MOST_BYTES = (1 << 32) - 1


class Part:
    """A part that is being written. `size`: the bytes so far, before they were packed."""

    def __init__(self, file: IO[bytes]) -> None:
        """Write to `file` from where it stands."""
        self.size = self.packed = self.crc = 0
        self._file = file
        self._deflater = deflate.compressobj(LEVEL, deflate.DEFLATED, RAW)

    def write(self, data: bytes) -> None:
        """Write some bytes."""
        self.size += len(data)
        self.crc = deflate.crc32(data, self.crc)
        self._write(self._deflater.compress(data))

    def finish(self) -> None:
        """Write what is still to come."""
        self._write(self._deflater.flush())

    def _write(self, data: bytes) -> None:
        self.packed += len(data)
        self._file.write(data)


class Archive:
    """A ZIP file of less than 4 GiB, which `close` makes whole."""

    def __init__(self, file: IO[bytes]) -> None:
        """Write to a file that is empty and can be gone back in."""
        self._file = file
        self._entries: list[bytes] = []

    @contextmanager
    def part(self, name: str) -> Iterator[Part]:
        """Give a part to write to; one at a time. Its name is plain ASCII.

        Raises:
            Invalid: the file outgrows 4 GiB.
        """
        start, encoded = self._file.tell(), name.encode()
        self._file.write(_LOCAL.pack(b"PK\3\4", *_PART, 0, 0, 0, len(encoded), 0) + encoded)
        part = Part(self._file)
        yield part
        part.finish()
        end = self._file.tell()
        if max(end, part.size) > MOST_BYTES:
            raise Invalid("The workbook would have more than 4 GiB, and Excel would not open it.", "Take fewer rows.")
        sizes = (part.crc, part.packed, part.size)
        self._file.seek(start + _SIZES_AT)
        self._file.write(struct.pack("<3L", *sizes))
        self._file.seek(end)
        self._entries.append(_ENTRY.pack(b"PK\1\2", 20, *_PART, *sizes, len(encoded), 0, 0, 0, 0, 0, start) + encoded)

    def write(self, name: str, text: str) -> None:
        """Write a whole part."""
        with self.part(name) as part:
            part.write(text.encode())

    def close(self) -> None:
        """Write the directory."""
        start, entries = self._file.tell(), b"".join(self._entries)
        count = len(self._entries)
        self._file.write(entries + _END.pack(b"PK\5\6", 0, 0, count, count, len(entries), start, 0))
