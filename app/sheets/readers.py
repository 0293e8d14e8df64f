"""The readers of many files, few of which have a process at a time."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from app.sheets.process import Limits, Reader
from app.sheets.read.options import FOUND, ReadOptions

# Each takes 20 MB, and may take as much memory as the limits allow.
MOST_PROCESSES = 8


class Readers:
    """Opens files for reading. Use it in a `with`: all processes end with it.

    Beyond `most` processes the one that was used last ends; its file is opened anew if it is wanted again. Files are
    gone through in their order, as often as need be, so that one's turn comes again after all others.
    """

    def __init__(self, limits: Limits, most: int = MOST_PROCESSES) -> None:
        """Read within `limits`, each file by itself."""
        self._limits, self._most = limits, most
        self._live: list[Reader] = []  # the one used last is the last one
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Return the readers."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all processes."""
        self._stack.close()

    def open(self, path: Path, options: ReadOptions = FOUND) -> Reader:
        """Return the reader of one more file."""
        reader = self._stack.enter_context(Reader(path, self._limits, options, self._make_room))
        if len(self._live) < self._most:
            self._live.append(reader)
            reader.start()
        return reader

    def _make_room(self, reader: Reader) -> None:
        self._live = [live for live in self._live if live is not reader]
        while len(self._live) >= self._most:
            self._live.pop().close()
        self._live.append(reader)
