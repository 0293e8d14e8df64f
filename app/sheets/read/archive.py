"""The ZIP file that an xlsx is: parts by name in any case, and limits against bombs."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.sheets.problems import DamagedFile, EncryptedFile, RefusedFile

MOST_PARTS = 10_000
MOST_INFLATED = 8 << 30
# Deflate cannot go beyond 1:1032; a sheet of half a million rows is about 1:10, one of a single repeated row 1:200.
MOST_RATIO = 500
RATIO_COUNTS_FROM = 64 << 20


class Archive:
    """An open ZIP file whose parts are found whatever the case of their names."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            DamagedFile: it is not a whole ZIP file.
            RefusedFile: it would inflate to more than the limits allow.
        """
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise DamagedFile(f"The file is damaged: {error}.", "Was it cut off on its way? Get it again.") from None
        entries = self._zip.infolist()
        _check_limits(entries)
        self._entries = {entry.filename.lower().replace("\\", "/").lstrip("/"): entry for entry in entries}

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def has(self, name: str) -> bool:
        """Tell whether there is such a part."""
        return name.lower().lstrip("/") in self._entries

    def names(self) -> list[str]:
        """Return all part names in lower case."""
        return list(self._entries)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Give a part's content as a stream.

        Raises:
            DamagedFile: there is no such part, or it does not inflate to what it should.
        """
        entry = self._entries.get(name.lower().lstrip("/"))
        if entry is None:
            raise DamagedFile(f"The part {name} is missing in the file.")
        if entry.flag_bits & 1:
            raise EncryptedFile("The file is encrypted.", "Save it without a password in Excel, and import that.")
        try:
            with self._zip.open(entry) as stream:
                yield stream
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise DamagedFile(f"The part {name} is damaged: {error}.", "Get the file again.") from None


def resolve(base: str, target: str) -> str:
    """Return the part that a relationship in the part `base` leads to."""
    target = target.replace("\\", "/")
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), target))


def _check_limits(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_PARTS:
        raise RefusedFile(f"The file has {len(entries):,} parts; the most is {MOST_PARTS:,}.")
    inflated = sum(entry.file_size for entry in entries)
    if inflated > MOST_INFLATED:
        raise RefusedFile(f"The file would inflate to {inflated >> 20:,} MiB; the most is {MOST_INFLATED >> 20:,}.")
    for entry in entries:
        if entry.file_size > RATIO_COUNTS_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise RefusedFile(
                f"The part {entry.filename} would inflate {entry.file_size // max(entry.compress_size, 1)} times; "
                f"the most is {MOST_RATIO}."
            )
