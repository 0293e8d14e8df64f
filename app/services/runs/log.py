"""The log of a run: what is printed and logged while it goes on, kept in its folder up to a size."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from app.services.runs.folders import RunFolder

FORMAT = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
# The loggers whose lines are kept: the application's own, which does not propagate, and everybody else's.
LOGGERS = ("app", "")


@contextmanager
def captured(folder: RunFolder, limit_mb: int, script_log: logging.Logger) -> Iterator[None]:
    """Copy into the run's log what is printed and logged inside; it goes on to the terminal as well.

    What a subprocess prints is not seen. `script_log` is also shown on stderr, from INFO.

    Args:
        limit_mb: MiB after which the log is cut, and says so.
    """
    folder.make()
    with folder.log.open("ab") as file:
        log = _CappedLog(file, limit_mb * 1024 * 1024)
        handler = logging.StreamHandler(_Stream(log, None))
        handler.setFormatter(FORMAT)
        shown = logging.StreamHandler(sys.stderr)
        shown.setFormatter(logging.Formatter("%(message)s"))
        script_log.propagate = False
        script_log.setLevel(logging.INFO)
        script_log.handlers = [handler, shown]
        loggers = [logging.getLogger(name) for name in LOGGERS]
        before = sys.stdout, sys.stderr
        for logger in loggers:
            logger.addHandler(handler)
        sys.stdout, sys.stderr = _Stream(log, before[0]), _Stream(log, before[1])
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before
            for logger in loggers:
                logger.removeHandler(handler)
            script_log.handlers = []


class _CappedLog:
    """A file that takes up to `limit` bytes, counting what is in it already."""

    def __init__(self, file: IO[bytes], limit: int) -> None:
        self._file = file
        self._left = limit - file.tell()
        self._cut = f"\n… cut here: this log has {limit // 1024 // 1024} MiB (RUN_LOG_MB)\n".encode()
        self._lock = threading.Lock()

    def write(self, text: str) -> None:
        """Keep a text; a full disk is no reason to break a run off."""
        encoded = text.encode("utf-8", "backslashreplace")
        with self._lock:
            if self._left <= 0:
                return
            self._left -= len(encoded)
            try:
                self._file.write(encoded if self._left > 0 else encoded[: self._left or None] + self._cut)
                self._file.flush()
            except OSError:
                self._left = 0


class _Stream(io.TextIOBase):
    """Stands for stdout or stderr: writes to the log, and on to the stream that it stands for."""

    def __init__(self, log: _CappedLog, stream: Any) -> None:
        self._log = log
        self._stream = stream

    def write(self, text: str) -> int:
        self._log.write(text)
        if self._stream is not None:
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        if self._stream is not None:
            self._stream.flush()

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return int(self._stream.fileno())

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        return getattr(self._stream, "errors", None) or "strict"

    @property
    def buffer(self) -> Any:
        return self._stream.buffer
