"""The ZIP file that an xlsx is: parts by name in any case, and limits against bombs."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.sheets.problems import SAVE_DECRYPTED, DamagedFile, EncryptedFile, RefusedFile
from app.sheets.read.limits import DEFAULT_LIMITS, ReadLimits, beyond
from app.sheets.read.part import InflateError, Part

# Deflate cannot go beyond 1:1032; a sheet of half a million rows is about 1:10, one of a single repeated row 1:200.
RATIO_COUNTS_FROM = 64 << 20
CHUNK = 1 << 18  # bytes to read at once
LOCAL_HEADER = 30  # bytes before a part's name (PKWARE, APPNOTE.TXT, 4.3.7)


class Archive:
    """An open ZIP file whose parts are found whatever the case of their names."""

    def __init__(self, source: Path | IO[bytes], limits: ReadLimits = DEFAULT_LIMITS) -> None:
        """Open the file.

        Raises:
            DamagedFile: it is not a whole ZIP file, or has two parts of one name.
            RefusedFile: it would inflate to more than the limits allow, or its parts overlap.
        """
        self.limits = limits
        self._source = source
        try:
            self._zip = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise DamagedFile(f"The file is damaged: {error}.", "Was it cut off on its way? Get it again.") from None
        entries = self._zip.infolist()
        _check_limits(entries, limits)
        _check_overlaps(entries)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            name = entry.filename.lower().replace("\\", "/").lstrip("/")
            if self._entries.setdefault(name, entry) is not entry:
                raise DamagedFile(f"The part {entry.filename} stands twice in the file.", "Save it anew in Excel.")

    def close(self) -> None:
        """Close the file, also one that was given open."""
        self._zip.close()
        if not isinstance(self._source, Path):
            self._source.close()

    def has(self, name: str) -> bool:
        """Tell whether there is such a part."""
        return name.lower().lstrip("/") in self._entries

    def names(self) -> list[str]:
        """Return all part names in lower case."""
        return list(self._entries)

    def verify(self, *endings: str) -> None:
        """Read all parts whose names end so, for those who do not look at their checksums.

        Raises:
            DamagedFile, EncryptedFile: as `open` does.
        """
        for name in self._entries:
            if name.endswith(endings):
                with self.open(name) as part:
                    while part.read(CHUNK):
                        pass

    @contextmanager
    def open(self, name: str) -> Iterator[Part]:
        """Give a part's content as a stream.

        Raises:
            DamagedFile: there is no such part, or it does not inflate to what it should.
        """
        entry = self._entries.get(name.lower().lstrip("/"))
        if entry is None:
            raise DamagedFile(f"The part {name} is missing in the file.")
        if entry.flag_bits & 1:
            raise EncryptedFile("The file is encrypted.", SAVE_DECRYPTED)
        try:
            assert self._zip.fp is not None  # noqa: S101 - it is open
            yield Part(self._zip.fp, entry)
        except (zipfile.BadZipFile, InflateError, EOFError, NotImplementedError, OSError) as error:
            raise DamagedFile(f"The part {name} is damaged: {error}.", "Get the file again.") from None


def resolve(base: str, target: str) -> str:
    """Return the part that a relationship in the part `base` leads to."""
    target = target.replace("\\", "/")
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), target))


def _check_limits(entries: list[zipfile.ZipInfo], limits: ReadLimits) -> None:
    """Refuse by what the directory says; a part never gives more bytes than it says there (see `Part`)."""
    if len(entries) > limits.parts:
        raise beyond(f"The file has {len(entries):,} parts", "IMPORT_MAX_PARTS", limits.parts)
    inflated = sum(entry.file_size for entry in entries)
    if inflated > limits.inflated_mb << 20:
        what = f"The file would inflate to {-(-inflated >> 20):,} MiB"
        raise beyond(what, "IMPORT_MAX_INFLATED_MB", limits.inflated_mb)
    for entry in entries:
        times = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > RATIO_COUNTS_FROM and times > limits.ratio:
            what = f"The part {entry.filename} would inflate {times:,.0f} times"
            raise beyond(what, "IMPORT_MAX_RATIO", limits.ratio)


def _check_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse parts that share bytes: a small file would inflate to any size (David Fifield, "A better zip bomb")."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise RefusedFile(f"The part {entry.filename} overlaps another one: the file may be an attack.")
        end = entry.header_offset + LOCAL_HEADER + len(entry.orig_filename) + entry.compress_size
