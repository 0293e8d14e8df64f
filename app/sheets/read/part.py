"""A part of a ZIP file as a stream, inflated by ISA-L where that is installed (the package isal)."""

from __future__ import annotations

import struct
import zipfile
from typing import IO, Protocol

try:
    from isal import isal_zlib as deflate
except ImportError:
    import zlib as deflate  # type: ignore[no-redef]

InflateError: type[Exception] = deflate.error  # type: ignore[assignment]
COMPRESSED = 1 << 16  # bytes to inflate at once
RAW = -15  # deflated data without a header of its own, in the largest window
# Of a local header: the signature, and the lengths of the name and the extra field behind it (PKWARE, APPNOTE.TXT,
# 4.3.7).
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_SIGNATURE = b"PK\x03\x04"


class Stream(Protocol):
    """What a part is read from."""

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most `size` of them; none at the end."""


class Part:
    """The content of a part, from its start to its end."""

    def __init__(self, file: IO[bytes], entry: zipfile.ZipInfo) -> None:
        """Read a part of `file`, which others may read in between.

        Raises:
            BadZipFile: the part is not where the directory says.
            NotImplementedError: it is packed in a way that no spreadsheet program uses.
        """
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotImplementedError(
                f"it is packed by method {entry.compress_type}, which no spreadsheet program uses"
            )
        file.seek(entry.header_offset)
        header = file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(_SIGNATURE):
            raise zipfile.BadZipFile("it is not where the directory says")
        _, name, extra = _LOCAL_HEADER.unpack(header)
        self._file = file
        self._entry = entry
        self._position = entry.header_offset + _LOCAL_HEADER.size + name + extra
        self._packed_left = entry.compress_size
        self._inflater = deflate.decompressobj(RAW)
        self._size = 0
        self._crc = 0

    @property
    def share(self) -> float:
        """Return how much of the part has been read, from 0 to 1."""
        left = self._packed_left + len(self._inflater.unconsumed_tail)
        return 1 - left / self._entry.compress_size if self._entry.compress_size else 1.0

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most `size` of them; none at the end.

        Raises:
            BadZipFile: the part has other bytes, or another number of them, than the directory says.
            InflateError: it is not deflated.
        """
        data = self._packed(size) if self._entry.compress_type == zipfile.ZIP_STORED else self._inflated(size)
        self._size += len(data)
        self._crc = deflate.crc32(data, self._crc)
        if self._size > self._entry.file_size or (not data and self._size < self._entry.file_size):
            raise zipfile.BadZipFile("it has not as many bytes as the directory says")
        if not data and self._crc != self._entry.CRC:
            raise zipfile.BadZipFile("its checksum is not the one that the directory says")
        return data

    def _inflated(self, size: int) -> bytes:
        data = b""
        while not data and not self._inflater.eof:
            packed = self._inflater.unconsumed_tail or self._packed(COMPRESSED)
            data = self._inflater.decompress(packed, size)
            if not (packed or data or self._inflater.eof):
                raise zipfile.BadZipFile("it is cut off")
        return data

    def _packed(self, size: int) -> bytes:
        self._file.seek(self._position)
        data = self._file.read(min(size, self._packed_left))
        self._position += len(data)
        self._packed_left -= len(data)
        return data
